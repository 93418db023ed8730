#include "io/net/ng_connection.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/net/socket.hpp"
#include "io/net/unix_socket.hpp"
#include "wire/bencode/bencode.hpp"

namespace cord::io::net {

base::Result<NgEndpoint, std::string> NgEndpoint::parse(std::string_view text) {
    auto [kind, address] = base::cut(text, ':');
    const std::size_t colon = address.rfind(':');
    if (kind == "unix" && !address.empty())
        return NgEndpoint{Kind::unix_stream, std::string(address)};
    if (kind == "exec" && !address.empty())
        return NgEndpoint{Kind::exec, std::string(address)};
    if (kind == "udp" && colon != std::string_view::npos &&
        base::to_uint(address.substr(colon + 1), UINT16_MAX))
        return NgEndpoint{Kind::udp, std::string(address)};
    return tl::unexpected(std::string("a breaker is unix:PATH, udp:HOST:PORT or exec:COMMAND, not ") +
                          std::string(text));
}

NgConnection::NgConnection(Loop &loop, NgEndpoint endpoint, Calls calls)
    : loop_(loop), endpoint_(std::move(endpoint)), calls_(std::move(calls)) {}

base::Result<void, std::string> NgConnection::open() {
    if (fd() >= 0 || lookup_)
        return {};
    if (datagrams())
        return open_datagrams();
    if (endpoint_.kind == NgEndpoint::Kind::exec) {
        auto child =
            process::Child::spawn("/bin/sh", {"-c", endpoint_.address}, process::Child::Pipes::standard);
        if (!child)
            return tl::unexpected(std::string(child.error().text()));
        child_ = std::move(*child);
    } else {
        auto fd = connect_unix(endpoint_.address, SOCK_NONBLOCK);
        if (!fd)
            return tl::unexpected(std::strerror(fd.error().number));
        fd_ = std::move(*fd);
    }
    watch();
    return {};
}

base::Result<void, std::string> NgConnection::open_datagrams() {
    const auto &address = endpoint_.address;
    const std::size_t colon = address.rfind(':');
    const auto port = static_cast<std::uint16_t>(*base::to_uint(address.substr(colon + 1), UINT16_MAX));
    const std::string host = address.substr(0, colon);
    if (auto ip = base::IpAddress::parse(host))
        return connect_datagrams({*ip, port});
    lookup_.emplace(loop_, host, [this, port](base::Result<base::IpAddress, std::string> found) {
        lookup_.reset();
        auto opened = found.and_then([&](const base::IpAddress &ip) {
            return connect_datagrams({ip, port});
        });
        if (!opened)
            lose(opened.error());
    });
    return {};
}

base::Result<void, std::string> NgConnection::connect_datagrams(const base::Endpoint &to) {
    Fd fd(::socket(to.ip.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const SocketAddress address = to_system(to, to.ip.v6);
    if (!fd || ::connect(fd.get(), address.get(), address.size) != 0)
        return tl::unexpected(std::strerror(errno));
    fd_ = std::move(fd);
    watch();
    return {};
}

void NgConnection::watch() {
    ++openings_;
    watch_.emplace(loop_, fd());
    watch_->when_readable([this] { read(); });
}

void NgConnection::close() {
    lookup_.reset();
    watch_.reset();
    fd_.reset();
    child_.reset();
    in_.clear();
    out_.clear();
    writing_ = false;
}

void NgConnection::lose(const std::string &why) {
    close();
    calls_.lost(why);
}

void NgConnection::send(std::string_view message) {
    if (datagrams()) {
        (void)::send(fd(), message.data(), message.size(), 0);
        return;
    }
    out_.push(message);
    if (!writing_)
        flush();
}

void NgConnection::flush() {
    if (!out_.flush(fd()))
        return lose(std::strerror(errno));
    writing_ = !out_.empty();
    if (writing_)
        watch_->when_writable([this] { flush(); });
}

void NgConnection::read() {
    char buffer[65'536];
    for (;;) {
        const ssize_t n = ::recv(fd(), buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || datagrams())) // a refused datagram is repeated like a lost one
            break;
        if (n <= 0 && !datagrams())
            return lose(n == 0 ? "it closed the connection" : std::strerror(errno));
        if (!take({buffer, static_cast<std::size_t>(n)}))
            return;
    }
    watch_->when_readable([this] { read(); });
}

/// False when a reply made this end: another opening has a wait of its own.
bool NgConnection::take(std::string_view got) {
    const std::uint64_t opening = openings_;
    if (datagrams())
        calls_.reply(got);
    else
        in_ += got;
    while (openings_ == opening && fd() >= 0 && cut()) {
    }
    return openings_ == opening && fd() >= 0;
}

/// COOKIE SP DICTIONARY, one behind the other. Whether there was a whole one.
bool NgConnection::cut() {
    const std::size_t space = in_.find(' ');
    if (space == std::string::npos)
        return false;
    auto length = wire::bencode::measure(std::string_view(in_).substr(space + 1));
    if (!length || in_.size() > base::limits::ng_message) {
        lose("what it sends is no ng");
        return false;
    }
    if (!*length)
        return false;
    const std::string reply = in_.substr(0, space + 1 + **length);
    in_.erase(0, reply.size());
    in_.erase(0, in_.find_first_not_of(" \t\r\n"));
    calls_.reply(reply);
    return true;
}

} // namespace cord::io::net
