#include "engine/trace/layer/layer.hpp"

#include <array>

#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {
namespace {

using base::Bytes;

struct Row {
    std::string_view name;
    Layer (*inside)(Bytes) = nullptr; // for those that only carry another
};

// In the order of Protocol.
constexpr std::array<Row, protocols> table{{
    {"nothing"},
    {"unknown-link"},
    {"ethernet", inside_ethernet},
    {"vlan", inside_vlan},
    {"sll", inside_sll},
    {"sll2", inside_sll2},
    {"loopback", inside_loopback},
    {"nflog", inside_nflog},
    {"ppp", inside_ppp},
    {"pppoe", inside_pppoe},
    {"cisco-hdlc", inside_cisco_hdlc},
    {"mpls", inside_mpls},
    {"gre", inside_gre},
    {"erspan-2", inside_erspan2},
    {"erspan-3", inside_erspan3},
    {"vxlan", inside_vxlan},
    {"vxlan-gpe", inside_vxlan_gpe},
    {"geneve", inside_geneve},
    {"gtp-u", inside_gtp_u},
    {"ipv4"},
    {"ipv6"},
    {"udp"},
    {"tcp"},
    {"sctp"},
    {"exported-pdu"},
    {"hep"},
}};

const Row &row(Protocol p) { return table[static_cast<std::size_t>(p)]; }

} // namespace

std::string_view name(Protocol protocol) { return row(protocol).name; }

Layer inside(const Layer &outer) {
    const Row &carrier = row(outer.protocol);
    return carrier.inside == nullptr ? Layer{} : carrier.inside(outer.bytes);
}

Layer of_ip_version(Bytes b) {
    switch (b.empty() ? 0 : b[0] >> 4) {
    case 4: return {Protocol::ipv4, b};
    case 6: return {Protocol::ipv6, b};
    default: return {};
    }
}

// The registry of draft-ietf-opsawg-pcaplinktype.
Layer of_link(std::uint32_t link_type, Bytes frame) {
    switch (link_type) {
    case 0:                                           // NULL
    case 108: return {Protocol::loopback, frame};     // LOOP
    case 1: return {Protocol::ethernet, frame};       // ETHERNET
    case 9:                                           // PPP
    case 50: return {Protocol::ppp, frame};           // PPP_HDLC
    case 51: return {Protocol::pppoe, frame};         // PPP_ETHER
    case 12:                                          // RAW as BSD numbers it
    case 14:                                          // and OpenBSD
    case 101:                                         // RAW
    case 228:                                         // IPV4
    case 229: return of_ip_version(frame);            // IPV6
    case 104: return {Protocol::cisco_hdlc, frame};   // C_HDLC
    case 113: return {Protocol::sll, frame};          // LINUX_SLL
    case 239: return {Protocol::nflog, frame};        // NFLOG
    case 248: return {Protocol::sctp, frame};         // SCTP
    case 252: return {Protocol::exported_pdu, frame}; // WIRESHARK_UPPER_PDU
    case 276: return {Protocol::sll2, frame};         // LINUX_SLL2
    default: return {Protocol::unknown_link, frame};
    }
}

Layer of_ether_type(std::uint16_t ether_type, Bytes b) {
    switch (ether_type) {
    case 0x0800:
    case 0x86DD: return of_ip_version(b);
    case 0x8100:
    case 0x88A8: // 802.1ad, and what came before it
    case 0x9100: return {Protocol::vlan, b};
    case 0x8847:
    case 0x8848: return {Protocol::mpls, b}; // unicast and multicast
    case 0x8864: return {Protocol::pppoe, b};
    case 0x6558: return {Protocol::ethernet, b}; // transparent Ethernet bridging
    default: return {};
    }
}

Layer of_ip_protocol(std::uint8_t number, Bytes b) {
    switch (number) {
    case 4:
    case 41: return of_ip_version(b);
    case 6: return {Protocol::tcp, b};
    case 17: return {Protocol::udp, b};
    case 47: return {Protocol::gre, b};
    case 132: return {Protocol::sctp, b};
    case 137: return {Protocol::mpls, b}; // RFC 4023
    default: return {};
    }
}

// A port alone is no proof: media are sent to any. So the first bytes must be right, too.
Layer of_udp_port(std::uint16_t port, Bytes b) {
    if (b.size() < 8)
        return {};
    switch (port) {
    case 4789:
    case 8472: // Linux, before there was a number
        // RFC 7348 section 5: "the I flag MUST be set to 1 for a valid VXLAN Network ID (VNI)".
        return (b[0] & 0x08) != 0 && b[7] == 0 ? Layer{Protocol::vxlan, b} : Layer{};
    case 4790: return (b[0] & 0xF4) == 0x04 ? Layer{Protocol::vxlan_gpe, b} : Layer{};
    case 6081: return b[0] >> 6 == 0 ? Layer{Protocol::geneve, b} : Layer{};
    case 2152: return (b[0] & 0xF0) == 0x30 ? Layer{Protocol::gtp_u, b} : Layer{};
    default: return {};
    }
}

} // namespace cord::engine::trace::layer
