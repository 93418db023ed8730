// A UDP socket shared by all peers: drained and answered in batches.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "base/bytes.hpp"
#include "io/net/loop.hpp"
#include "io/net/socket.hpp"

namespace cord::io::net {

class UdpSocket {
  public:
    /// `local` is the address the datagram was sent to, with our port.
    using Received =
        std::function<void(const base::Endpoint &local, const base::Endpoint &remote, base::Bytes)>;
    /// Called after each batch: what was made of it can leave together.
    using Drained = std::function<void()>;
    /// A datagram that the kernel would not take (too long, no route, a full queue) and that was sent with a
    /// token.
    using Failed = std::function<void(std::uint64_t token)>;

    UdpSocket(Loop &loop, Fd fd, Received received, Drained drained, Failed failed);

    [[nodiscard]] const base::Endpoint &local() const { return local_; }

    /// Queues one datagram from the address of `local` (any, when it is unspecified). It leaves with `flush`.
    void send(const base::Endpoint &local, const base::Endpoint &remote, std::string bytes,
              std::uint64_t token);
    void flush();

    [[nodiscard]] std::uint64_t refused() const { return refused_; }

  private:
    struct Outgoing {
        base::Endpoint local, remote;
        std::string bytes;
        std::uint64_t token;
    };
    void read();
    void refuse(std::uint64_t token);

    Fd fd_;
    Watch watch_;
    base::Endpoint local_;
    bool v6_;
    Received received_;
    Drained drained_;
    Failed failed_;
    std::deque<Outgoing> queue_;
    bool waiting_ = false; // for room in the kernel's buffer
    std::uint64_t refused_ = 0;
};

} // namespace cord::io::net
