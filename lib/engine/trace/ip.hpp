// IPv4 and IPv6 headers, and the tunnels that carry IP in IP.
#pragma once

#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/bytes.hpp"

namespace cord::engine::trace {

namespace ip_protocol {
inline constexpr std::uint8_t ipv4 = 4;
inline constexpr std::uint8_t tcp = 6;
inline constexpr std::uint8_t udp = 17;
inline constexpr std::uint8_t ipv6 = 41;
inline constexpr std::uint8_t gre = 47;
} // namespace ip_protocol

/// One IP packet, extension headers read. `payload` is a view of the packet, padding left out.
struct IpPacket {
    base::IpAddress src;
    base::IpAddress dst;
    std::uint8_t protocol = 0;
    base::Bytes payload;
    bool cut = false; ///< The capture holds less than the header says.
    // Of fragments: this piece's place in the datagram.
    std::uint32_t id = 0;
    std::uint32_t offset = 0;
    bool more = false;

    [[nodiscard]] bool is_fragment() const { return more || offset != 0; }
};

/// Nothing when the bytes are not an IP packet.
[[nodiscard]] std::optional<IpPacket> parse_ip(base::Bytes packet);

/// The IP packet carried in an IP-in-IP, 6in4, GRE, ERSPAN or VXLAN tunnel's payload; empty when it is none.
[[nodiscard]] base::Bytes tunnelled(const IpPacket &outer);

} // namespace cord::engine::trace
