// The UDP sockets of media sessions: pairs from a range, bound when they are needed, and ports that sessions
// share.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "engine/media/plan.hpp"
#include "io/media/pairs.hpp"
#include "io/net/fd.hpp"

namespace cord::io::media {

using engine::media::PortId;

/// RTP on an even port, RTCP on the one above (RFC 3550 section 11).
struct PortPair {
    PortId rtp = 0;
    PortId rtcp = 0;
    std::uint16_t rtp_port = 0;
};

class Ports {
  public:
    /// Pairs are looked for between these, both included.
    Ports(std::uint16_t first, std::uint16_t last, base::Random &random);

    /// The error says why, for the log.
    [[nodiscard]] base::Result<PortPair, std::string> bind_pair(const base::IpAddress &address);
    /// A port outside the range, for all sessions. The error is the system's words.
    [[nodiscard]] base::Result<PortId, std::string> bind_shared(const base::Endpoint &at);
    void release(PortId port);

    /// -1 for a port that has been released.
    [[nodiscard]] int fd(PortId port) const { return port < sockets_.size() ? sockets_[port].fd.get() : -1; }
    [[nodiscard]] bool is_v6(PortId port) const { return sockets_[port].local.ip.v6; }
    [[nodiscard]] const base::Endpoint &local(PortId port) const { return sockets_[port].local; }
    /// Whether many sessions use it.
    [[nodiscard]] bool is_shared(PortId port) const { return sockets_[port].shared; }

    /// Becomes readable when any of the sockets is; `ready` says which.
    [[nodiscard]] int readiness_fd() const { return epoll_.get(); }
    /// At most so many ports are told at a time.
    static constexpr std::size_t most_ready = 64;
    /// Ports that can be read now; one that still can is told again.
    void ready(std::vector<PortId> &out) const;

  private:
    struct Socket {
        net::Fd fd;
        base::Endpoint local;
        bool shared = false;
        Pairs *pairs = nullptr; // that it is of
        std::uint16_t pair = 0;
    };
    PortId add(Socket socket);

    std::uint16_t first_;
    std::uint16_t last_;
    base::Random &random_;
    net::Fd epoll_;
    std::map<base::IpAddress, Pairs> pairs_;
    std::vector<Socket> sockets_;
    std::vector<PortId> free_;
};

} // namespace cord::io::media
