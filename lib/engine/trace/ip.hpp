// IPv4 and IPv6 headers.
#pragma once

#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/bytes.hpp"

namespace cord::engine::trace {

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

} // namespace cord::engine::trace
