#include "io/rpc/server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <map>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "io/net/acceptor.hpp"
#include "io/net/fd.hpp"
#include "io/net/unix_socket.hpp"
#include "io/net/write_queue.hpp"

namespace cord::io::rpc {
namespace {

/// One peer and its line under way. Nothing more is read from it while it does not take its answers.
struct Connection {
    Connection(net::Loop &loop, net::Fd f) : fd(std::move(f)), watch(loop, fd.get()) {}

    net::Fd fd;
    net::Watch watch;
    std::string in;
    net::WriteQueue out;
    bool closing = false;
};

} // namespace

struct Server::Parts {
    Parts(net::Loop &l, const Methods &m, net::UnixSocket s, bool o)
        : loop(l), methods(m), socket(std::move(s)), owner_only(o),
          acceptor(loop, socket.fd(),
                   [this](net::Fd peer, const net::SocketAddress &) { adopt(std::move(peer)); }) {}

    void adopt(net::Fd peer);
    [[nodiscard]] bool is_allowed(int peer) const;
    void read(int key);
    void write(int key);
    /// Answers whole lines; false when the peer is to be left.
    bool take_lines(Connection &connection);

    net::Loop &loop;
    const Methods &methods;
    net::UnixSocket socket;
    bool owner_only;
    std::map<int, Connection> connections; ///< By descriptor.
    net::Acceptor acceptor;
};

std::optional<mode_t> read_mode(const std::string &text) {
    char *end = nullptr;
    const unsigned long mode = std::strtoul(text.c_str(), &end, 8);
    if (text.empty() || !base::is_digit(text.front()) || *end != '\0' || mode > 0777)
        return std::nullopt;
    return static_cast<mode_t>(mode);
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::Server(Server &&) noexcept = default;
Server &Server::operator=(Server &&other) noexcept {
    std::swap(parts_, other.parts_);
    return *this;
}
Server::~Server() = default;

base::Result<Server, std::string> Server::listen(net::Loop &loop, const Methods &methods,
                                                 const std::string &path, const Options &options) {
    auto socket = net::UnixSocket::bind(path, {SOCK_STREAM, options.mode, options.group});
    if (!socket)
        return tl::unexpected(socket.error().text);
    bool owner_only = (options.mode & 0077) == 0;
    auto parts = std::make_unique<Parts>(loop, methods, std::move(*socket), owner_only);
    return Server(std::move(parts));
}

void Server::Parts::adopt(net::Fd peer) {
    if (connections.size() >= connection_limit || !is_allowed(peer.get()))
        return;
    int key = peer.get();
    auto [at, fresh] = connections.try_emplace(key, loop, std::move(peer));
    at->second.watch.when_readable([this, key] { read(key); });
}

/// The file's mode keeps strangers out; where the folder was moved or the mode changed later, this does.
bool Server::Parts::is_allowed(int peer) const {
    ucred who{};
    socklen_t size = sizeof who;
    if (::getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
        return false;
    if (!owner_only || who.uid == 0 || who.uid == ::geteuid())
        return true;
    base::log::warning("rpc", "user {} may not use {}", who.uid, socket.path());
    return false;
}

void Server::Parts::read(int key) {
    Connection &c = connections.at(key);
    char buffer[16'384];
    ssize_t n = ::read(c.fd.get(), buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        c.watch.when_readable([this, key] { read(key); });
        return;
    }
    if (n <= 0) {
        connections.erase(key);
        return;
    }
    c.in.append(buffer, static_cast<std::size_t>(n));
    c.closing = !take_lines(c);
    write(key);
}

bool Server::Parts::take_lines(Connection &c) {
    std::size_t begin = 0;
    for (std::size_t end; (end = c.in.find('\n', begin)) != std::string::npos; begin = end + 1) {
        std::string_view line = base::trim(std::string_view(c.in).substr(begin, end - begin));
        if (line.empty())
            continue;
        if (std::string answer = methods.answer(line); !answer.empty())
            c.out.push(answer + "\n");
    }
    c.in.erase(0, begin);
    if (c.in.size() <= line_limit)
        return true;
    c.out.push(error_line(invalid_request, "the request is too long") + "\n");
    return false;
}

void Server::Parts::write(int key) {
    Connection &c = connections.at(key);
    if (!c.out.flush(c.fd.get()) || (c.closing && c.out.empty()))
        connections.erase(key);
    else if (c.out.empty())
        c.watch.when_readable([this, key] { read(key); });
    else
        c.watch.when_writable([this, key] { write(key); });
}

} // namespace cord::io::rpc
