// Captured packets in, SIP messages and UDP payloads out: all the layers in between, in one object.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/trace/fragments.hpp"
#include "engine/trace/packet.hpp"
#include "engine/trace/stream.hpp"
#include "engine/trace/tcp.hpp"

namespace cord::engine::trace {

/// What became of the packets: tells why something is not shown.
struct DecodeCounts {
    std::uint64_t packets = 0;
    std::uint64_t cut = 0;          ///< Shorter in the capture than on the wire.
    std::uint64_t not_ip = 0;       ///< ARP and the like.
    std::uint64_t unknown_link = 0; ///< Of a link type that is not understood.
    std::uint64_t tcp_gaps = 0;     ///< Segments that the capture lacks.
    std::uint64_t sip = 0;
};

class Decoder {
  public:
    /// Views: of the packet, or of the decoder until its next call.
    struct Found {
        std::span<const SipRecord> messages;
        std::optional<Datagram> datagram;
    };
    [[nodiscard]] Found decode(const Packet &packet);
    /// At the end: what TCP still held back.
    [[nodiscard]] Found finish();

    [[nodiscard]] const DecodeCounts &counts() const { return counts_; }
    /// IP datagrams of which pieces are missing.
    [[nodiscard]] std::size_t incomplete_datagrams() const { return fragments_.incomplete(); }

  private:
    struct Path {
        base::Endpoint src;
        base::Endpoint dst;
        bool operator==(const Path &) const = default;
    };
    struct PathHash {
        std::size_t operator()(const Path &p) const noexcept {
            return base::EndpointHash{}(p.src) * 31 + base::EndpointHash{}(p.dst);
        }
    };
    struct Direction {
        TcpDirection tcp;
        SipStream sip;
        std::uint64_t last_used = 0;
    };

    void internet(const IpPacket &packet, Stamp at, int depth);
    void udp(const IpPacket &packet, Stamp at, int depth);
    void tcp(const IpPacket &packet, Stamp at);
    [[nodiscard]] Direction &direction(const Path &path);
    void drain(const Path &path, Direction &direction, Stamp at);

    DecodeCounts counts_;
    Fragments fragments_;
    std::unordered_map<Path, Direction, PathHash> directions_;
    Stamp last_{};
    std::vector<SipRecord> messages_;
    std::deque<std::string> texts_; // what messages_ of streams point into
    std::optional<Datagram> datagram_;
};

} // namespace cord::engine::trace
