#include "engine/trace/link.hpp"

namespace cord::engine::trace {
namespace {

using base::Bytes;
using base::load16;

// Of the registry of link types (draft-ietf-opsawg-pcaplinktype).
namespace linktype {
constexpr std::uint32_t null = 0;
constexpr std::uint32_t ethernet = 1;
constexpr std::uint32_t ppp = 9;
constexpr std::uint32_t raw_bsd = 12;
constexpr std::uint32_t raw_openbsd = 14;
constexpr std::uint32_t ppp_hdlc = 50;
constexpr std::uint32_t pppoe = 51;
constexpr std::uint32_t raw = 101;
constexpr std::uint32_t loop = 108;
constexpr std::uint32_t linux_sll = 113;
constexpr std::uint32_t ipv4 = 228;
constexpr std::uint32_t ipv6 = 229;
constexpr std::uint32_t nflog = 239;
constexpr std::uint32_t linux_sll2 = 276;
} // namespace linktype

// IEEE 802 numbers.
namespace ethertype {
constexpr std::uint16_t ipv4 = 0x0800;
constexpr std::uint16_t vlan = 0x8100;
constexpr std::uint16_t ipv6 = 0x86DD;
constexpr std::uint16_t mpls = 0x8847;
constexpr std::uint16_t mpls_multicast = 0x8848;
constexpr std::uint16_t pppoe_session = 0x8864;
constexpr std::uint16_t qinq = 0x88A8;
constexpr std::uint16_t qinq_old = 0x9100;
} // namespace ethertype

Bytes from(Bytes b, std::size_t at) { return at <= b.size() ? b.subspan(at) : Bytes{}; }

Bytes ip_packet(Bytes b) { return !b.empty() && (b[0] >> 4 == 4 || b[0] >> 4 == 6) ? b : Bytes{}; }

// RFC 1661 section 2: the protocol field is one byte when its first is odd.
Bytes after_ppp(Bytes b) {
    if (b.size() < 2)
        return {};
    const bool short_form = (b[0] & 1) != 0;
    const std::uint16_t protocol = short_form ? b[0] : load16(b.data());
    const bool ip = protocol == 0x0021 || protocol == 0x0057;
    return ip ? ip_packet(from(b, short_form ? 1 : 2)) : Bytes{};
}

// RFC 2516 section 4: version and type, code, session, length.
Bytes after_pppoe(Bytes b) { return after_ppp(from(b, 6)); }

// RFC 3032 section 2.1: labels until the one with the bottom-of-stack bit.
Bytes after_mpls(Bytes b) {
    while (b.size() >= 4 && (b[2] & 1) == 0)
        b = b.subspan(4);
    return ip_packet(from(b, 4));
}

// Packets from netfilter: four bytes, then fields of host byte order, little-endian on every machine seen.
// Type 9 holds the packet.
Bytes after_nflog(Bytes b) {
    constexpr std::uint16_t payload = 9;
    b = from(b, 4);
    while (b.size() >= 4) {
        const std::size_t length = static_cast<std::size_t>(b[1] << 8 | b[0]);
        const std::uint16_t type = static_cast<std::uint16_t>(b[3] << 8 | b[2]);
        if (length < 4 || length > b.size())
            return {};
        if (type == payload)
            return ip_packet(b.subspan(4, length - 4));
        b = from(b, (length + 3) / 4 * 4);
    }
    return {};
}

} // namespace

Bytes ip_packet_after(std::uint16_t ether_type, Bytes b) {
    for (;;) {
        switch (ether_type) {
        case ethertype::ipv4:
        case ethertype::ipv6: return ip_packet(b);
        case ethertype::vlan:
        case ethertype::qinq:
        case ethertype::qinq_old:
            if (b.size() < 4)
                return {};
            ether_type = load16(&b[2]);
            b = b.subspan(4);
            break;
        case ethertype::pppoe_session: return after_pppoe(b);
        case ethertype::mpls:
        case ethertype::mpls_multicast: return after_mpls(b);
        default: return {};
        }
    }
}

Bytes ip_packet_of_ethernet(Bytes frame) {
    return frame.size() < 14 ? Bytes{} : ip_packet_after(load16(&frame[12]), frame.subspan(14));
}

// HDLC-like framing (RFC 1662) may put an address and a control byte in front.
Bytes ip_packet_of_ppp(Bytes b) {
    return after_ppp(b.size() >= 2 && b[0] == 0xFF && b[1] == 0x03 ? from(b, 2) : b);
}

bool knows_link_type(std::uint32_t link_type) {
    switch (link_type) {
    case linktype::null:
    case linktype::ethernet:
    case linktype::ppp:
    case linktype::raw_bsd:
    case linktype::raw_openbsd:
    case linktype::ppp_hdlc:
    case linktype::pppoe:
    case linktype::raw:
    case linktype::loop:
    case linktype::linux_sll:
    case linktype::ipv4:
    case linktype::ipv6:
    case linktype::nflog:
    case linktype::linux_sll2: return true;
    default: return false;
    }
}

Bytes ip_packet_of(std::uint32_t link_type, Bytes frame) {
    switch (link_type) {
    case linktype::ethernet: return ip_packet_of_ethernet(frame);
    // The address family in front has another number on each system; the IP version says as much.
    case linktype::null:
    case linktype::loop: return ip_packet(from(frame, 4));
    case linktype::raw:
    case linktype::raw_bsd:
    case linktype::raw_openbsd:
    case linktype::ipv4:
    case linktype::ipv6: return ip_packet(frame);
    case linktype::linux_sll:
        return frame.size() < 16 ? Bytes{} : ip_packet_after(load16(&frame[14]), frame.subspan(16));
    case linktype::linux_sll2:
        return frame.size() < 20 ? Bytes{} : ip_packet_after(load16(&frame[0]), frame.subspan(20));
    case linktype::ppp:
    case linktype::ppp_hdlc: return ip_packet_of_ppp(frame);
    case linktype::pppoe: return after_pppoe(frame);
    case linktype::nflog: return after_nflog(frame);
    default: return {};
    }
}

} // namespace cord::engine::trace
