// Sockets as this project opens them: non-blocking, closed on exec, addresses as values.
#pragma once

#include <sys/socket.h>

#include <string>

#include "base/address.hpp"
#include "base/result.hpp"
#include "io/net/fd.hpp"

namespace cord::io::net {

/// Why the system refused, for people and for the exit code.
struct SystemError {
    int number = 0;   ///< errno
    std::string text; ///< "udp 0.0.0.0:5060: Address already in use"
};

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    [[nodiscard]] const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
    [[nodiscard]] sockaddr *get() { return reinterpret_cast<sockaddr *>(&storage); }
};

/// For a socket of the IPv6 family an IPv4 address is written in its mapped form (RFC 4291 section 2.5.5.2).
[[nodiscard]] SocketAddress to_system(const base::Endpoint &endpoint, bool v6_socket);
/// Mapped addresses come out as IPv4.
[[nodiscard]] base::Endpoint from_system(const sockaddr_storage &address);

[[nodiscard]] base::Endpoint local_endpoint(int fd);

/// A bound socket. The unspecified IPv6 address takes IPv4 as well.
[[nodiscard]] base::Result<Fd, SystemError> bind_udp(const base::Endpoint &at);
/// A bound socket for media, which is told nothing but the sender. Its buffers have the size that the system
/// gives, enough for some seconds of one call, or `buffer_bytes`.
[[nodiscard]] base::Result<Fd, SystemError> bind_media(const base::Endpoint &at, int buffer_bytes = 0);
[[nodiscard]] base::Result<Fd, SystemError> listen_tcp(const base::Endpoint &at);
/// A connection under way: writable when it stands or has failed (`connect_error` tells).
[[nodiscard]] base::Result<Fd, SystemError> connect_tcp(const base::Endpoint &to);
[[nodiscard]] int connect_error(int fd);

/// For every TCP connection: no waiting for more to send, and a dead peer is noticed within two minutes or
/// so.
void tune_stream(int fd);

/// Whether this machine has IPv6 at all.
[[nodiscard]] bool has_ipv6();

} // namespace cord::io::net
