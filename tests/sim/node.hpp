// What stands at an address of the simulated network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"

namespace cord::sim {

/// A datagram, or with a connection number a message on a stream, which is neither lost nor overtaken.
struct Packet {
    base::Endpoint from;
    base::Endpoint to;
    std::string bytes;
    std::uint64_t connection = 0;
};

class Node {
  public:
    virtual ~Node() = default;
    [[nodiscard]] virtual base::Endpoint address() const = 0;
    virtual void on_packet(const Packet &packet, base::Now now) = 0;
    virtual void on_timer(base::Now now) = 0;
    /// A connection is gone; what was under way on it never arrives.
    virtual void on_closed(std::uint64_t connection, base::Now now) = 0;
    [[nodiscard]] virtual base::Time next_deadline() const = 0;
    [[nodiscard]] virtual std::vector<Packet> take_packets() = 0;
};

} // namespace cord::sim
