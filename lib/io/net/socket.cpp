#include "io/net/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace cord::io::net {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

void set(int fd, int level, int option, int value) {
    (void)::setsockopt(fd, level, option, &value, sizeof value); // each is an improvement, none is needed
}

tl::unexpected<SystemError> refused(std::string_view what, const base::Endpoint &where) {
    int number = errno;
    return tl::unexpected(
        SystemError{number, fmt::format("{} {}: {}", what, where.text(), std::strerror(number))});
}

base::Result<Fd, SystemError> bound(std::string_view what, int type, const base::Endpoint &at) {
    Fd fd(::socket(at.ip.v6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd)
        return refused(what, at);
    if (at.ip.v6)
        set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, at.ip.is_any() ? 0 : 1);
    if (type == SOCK_STREAM)
        set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1); // connections of a former run do not keep the port
    SocketAddress address = to_system(at, at.ip.v6);
    if (::bind(fd.get(), address.get(), address.size) != 0)
        return refused(what, at);
    return fd;
}

} // namespace

SocketAddress to_system(const base::Endpoint &endpoint, bool v6_socket) {
    SocketAddress out;
    if (!v6_socket) {
        auto *in = reinterpret_cast<sockaddr_in *>(&out.storage);
        in->sin_family = AF_INET;
        in->sin_port = htons(endpoint.port);
        std::memcpy(&in->sin_addr, endpoint.ip.bytes.data(), 4);
        out.size = sizeof *in;
        return out;
    }
    auto *in6 = reinterpret_cast<sockaddr_in6 *>(&out.storage);
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(endpoint.port);
    auto *bytes = reinterpret_cast<std::uint8_t *>(&in6->sin6_addr);
    if (endpoint.ip.v6) {
        std::memcpy(bytes, endpoint.ip.bytes.data(), 16);
    } else {
        std::memcpy(bytes, mapped_prefix.data(), 12);
        std::memcpy(bytes + 12, endpoint.ip.bytes.data(), 4);
    }
    out.size = sizeof *in6;
    return out;
}

base::Endpoint from_system(const sockaddr_storage &address) {
    base::Endpoint out;
    if (address.ss_family == AF_INET) {
        const auto &in = reinterpret_cast<const sockaddr_in &>(address);
        out.port = ntohs(in.sin_port);
        std::memcpy(out.ip.bytes.data(), &in.sin_addr, 4);
    } else if (address.ss_family == AF_INET6) {
        const auto &in6 = reinterpret_cast<const sockaddr_in6 &>(address);
        const auto *bytes = reinterpret_cast<const std::uint8_t *>(&in6.sin6_addr);
        out.port = ntohs(in6.sin6_port);
        out.ip.v6 = std::memcmp(bytes, mapped_prefix.data(), 12) != 0;
        std::memcpy(out.ip.bytes.data(), out.ip.v6 ? bytes : bytes + 12, out.ip.v6 ? 16 : 4);
    }
    return out;
}

base::Endpoint local_endpoint(int fd) {
    SocketAddress address;
    address.size = sizeof address.storage;
    (void)::getsockname(fd, address.get(), &address.size);
    return from_system(address.storage);
}

base::Result<Fd, SystemError> bind_udp(const base::Endpoint &at) {
    auto fd = bound("udp", SOCK_DGRAM, at);
    if (!fd)
        return fd;
    // Which of our addresses a datagram came to, so that the answer leaves from it.
    if (at.ip.v6)
        set(fd->get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    set(fd->get(), IPPROTO_IP, IP_PKTINFO, 1);
    set(fd->get(), SOL_SOCKET, SO_RCVBUF, 4 << 20); // a burst of registrations after an outage
    set(fd->get(), SOL_SOCKET, SO_SNDBUF, 4 << 20);
    return fd;
}

base::Result<Fd, SystemError> bind_media(const base::Endpoint &at, int buffer_bytes) {
    auto fd = bound("udp", SOCK_DGRAM, at);
    if (fd && buffer_bytes > 0) {
        set(fd->get(), SOL_SOCKET, SO_RCVBUF, buffer_bytes);
        set(fd->get(), SOL_SOCKET, SO_SNDBUF, buffer_bytes);
    }
    return fd;
}

base::Result<Fd, SystemError> listen_tcp(const base::Endpoint &at) {
    auto fd = bound("tcp", SOCK_STREAM, at);
    if (fd && ::listen(fd->get(), SOMAXCONN) != 0)
        return refused("tcp", at);
    return fd;
}

base::Result<Fd, SystemError> connect_tcp(const base::Endpoint &to) {
    Fd fd(::socket(to.ip.v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd)
        return refused("tcp", to);
    SocketAddress address = to_system(to, to.ip.v6);
    if (::connect(fd.get(), address.get(), address.size) != 0 && errno != EINPROGRESS)
        return refused("tcp", to);
    return fd;
}

int connect_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void tune_stream(int fd) {
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000); // milliseconds that sent data may stay unacknowledged
}

bool has_ipv6() {
    static const bool has = static_cast<bool>(Fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
    return has;
}

} // namespace cord::io::net
