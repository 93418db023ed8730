// From a captured frame to the IP packet in it: Ethernet with its tags, the cooked headers of Linux, and the
// rest.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace cord::engine::trace {

/// Whether frames of this LINKTYPE_… are understood at all.
[[nodiscard]] bool knows_link_type(std::uint32_t link_type);

/// The IPv4 or IPv6 packet in the frame, link padding still behind it; empty when there is none (ARP, say).
[[nodiscard]] base::Bytes ip_packet_of(std::uint32_t link_type, base::Bytes frame);

/// The same for what follows an EtherType: VLAN tags, PPPoE and MPLS are seen through.
[[nodiscard]] base::Bytes ip_packet_after(std::uint16_t ether_type, base::Bytes payload);

/// The same for a frame that begins with Ethernet addresses.
[[nodiscard]] base::Bytes ip_packet_of_ethernet(base::Bytes frame);

/// The same for a PPP frame, in HDLC-like framing or bare.
[[nodiscard]] base::Bytes ip_packet_of_ppp(base::Bytes frame);

} // namespace cord::engine::trace
