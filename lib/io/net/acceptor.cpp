#include "io/net/acceptor.hpp"

#include <cerrno>
#include <cstring>

#include "base/log.hpp"

namespace cord::io::net {

Acceptor::Acceptor(Loop &loop, int fd, OnPeer on_peer)
    : fd_(fd), on_peer_(std::move(on_peer)), watch_(loop, fd), again_(loop) {
    wait();
}

void Acceptor::wait() {
    watch_.when_readable([this] { accept(); });
}

void Acceptor::accept() {
    constexpr int at_once = 64; // others of the loop shall have their turn
    for (int n = 0; n < at_once; ++n) {
        SocketAddress from;
        from.size = sizeof from.storage;
        Fd peer(::accept4(fd_, from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (peer) {
            on_peer_(std::move(peer), from);
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            break;
        if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
            continue; // that one connection is gone already
        // The socket stays readable: to wait for that would be to try without end.
        base::log::warning("net", "cannot accept connections: {}", std::strerror(errno));
        again_.after(std::chrono::seconds(1), [this] { accept(); });
        return;
    }
    wait();
}

} // namespace cord::io::net
