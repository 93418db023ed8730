// What lies in a captured packet, layer by layer. Protocols that only carry another one have a function each,
// from their bytes to the layer inside; a table joins them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

namespace cord::engine::trace::layer {

enum class Protocol : std::uint8_t {
    nothing,      ///< Nothing in which SIP or media could be (ARP, say), or bytes that make no sense.
    unknown_link, ///< A link type that is not understood.
    ethernet,
    vlan, ///< One tag; two of them are QinQ.
    sll,
    sll2,
    loopback, ///< LINKTYPE_NULL and LINKTYPE_LOOP.
    nflog,
    ppp,
    pppoe,
    cisco_hdlc,
    mpls,
    gre,
    erspan2,
    erspan3,
    vxlan,
    vxlan_gpe,
    geneve,
    gtp_u,
    ipv4,
    ipv6,
    udp,
    tcp,
    sctp,
    exported_pdu,
    hep,
};
inline constexpr std::size_t protocols = static_cast<std::size_t>(Protocol::hep) + 1;

/// "ethernet", "vlan", "erspan-2", for people and programs.
[[nodiscard]] std::string_view name(Protocol protocol);

/// Bytes, and what they are.
struct Layer {
    Protocol protocol = Protocol::nothing;
    base::Bytes bytes;
};

// What the numbers of the registries mean.

/// A captured frame of this LINKTYPE_….
[[nodiscard]] Layer of_link(std::uint32_t link_type, base::Bytes frame);
/// What an EtherType announces (IEEE 802).
[[nodiscard]] Layer of_ether_type(std::uint16_t ether_type, base::Bytes b);
/// What the protocol number of an IP header announces.
[[nodiscard]] Layer of_ip_protocol(std::uint8_t number, base::Bytes b);
/// The tunnel that a UDP payload sent to this port is; nothing when it is none.
[[nodiscard]] Layer of_udp_port(std::uint16_t port, base::Bytes b);
/// An IPv4 or IPv6 packet, by its first four bits.
[[nodiscard]] Layer of_ip_version(base::Bytes b);

/// The layer inside one that only carries another; nothing for those that need more than their bytes (IP,
/// UDP, TCP, SCTP, exported PDUs, HEP).
[[nodiscard]] Layer inside(const Layer &outer);

} // namespace cord::engine::trace::layer
