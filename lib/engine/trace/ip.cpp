#include "engine/trace/ip.hpp"

#include <algorithm>

#include "engine/trace/link.hpp"

namespace cord::engine::trace {
namespace {

using base::Bytes;
using base::load16;
using base::load32;

base::IpAddress address(Bytes b) {
    base::IpAddress a;
    a.v6 = b.size() == 16;
    std::copy(b.begin(), b.end(), a.bytes.begin());
    return a;
}

// The payload, without what the link put behind it. A length of 0 is what a card that cuts segments itself
// shows of its own packets: then all that was captured counts.
void set_payload(IpPacket &out, Bytes rest, std::size_t length) {
    out.cut = length > rest.size();
    out.payload = length == 0 ? rest : rest.first(std::min(length, rest.size()));
}

std::optional<IpPacket> parse_v4(Bytes b) {
    const std::size_t header = (b[0] & 0x0FU) * 4U;
    if (b.size() < 20 || header < 20 || b.size() < header)
        return std::nullopt;
    IpPacket out;
    const std::size_t total = load16(&b[2]);
    if (total != 0 && total < header)
        return std::nullopt;
    const std::uint16_t flags = load16(&b[6]);
    out.id = load16(&b[4]);
    out.more = (flags & 0x2000) != 0;
    out.offset = (flags & 0x1FFFU) * 8U;
    out.protocol = b[9];
    out.src = address(b.subspan(12, 4));
    out.dst = address(b.subspan(16, 4));
    set_payload(out, b.subspan(header), total == 0 ? 0 : total - header);
    return out;
}

// RFC 8200 section 4: extension headers, each with the number of the next. What is behind a fragment header
// stays as it is until the datagram is whole.
std::optional<IpPacket> parse_v6(Bytes b) {
    constexpr std::uint8_t hop_by_hop = 0;
    constexpr std::uint8_t routing = 43;
    constexpr std::uint8_t fragment = 44;
    constexpr std::uint8_t authentication = 51;
    constexpr std::uint8_t destination = 60;
    if (b.size() < 40)
        return std::nullopt;
    IpPacket out;
    out.protocol = b[6];
    out.src = address(b.subspan(8, 16));
    out.dst = address(b.subspan(24, 16));
    set_payload(out, b.subspan(40), load16(&b[4]));
    while (out.payload.size() >= 8) {
        const Bytes header = out.payload;
        std::size_t size = (header[1] + 1U) * 8U;
        switch (out.protocol) {
        case hop_by_hop:
        case routing:
        case destination: break;
        case authentication: size = (header[1] + 2U) * 4U; break;
        case fragment:
            size = 8;
            out.offset = load16(&header[2]) & 0xFFF8U;
            out.more = (header[3] & 1) != 0;
            out.id = load32(&header[4]);
            break;
        default: return out;
        }
        out.protocol = header[0];
        out.payload = header.subspan(std::min(size, header.size()));
        if (out.is_fragment())
            return out;
    }
    return out;
}

// RFC 2784 and 2890: a checksum, a key and a sequence number may follow; RFC 2637 (PPTP, version 1) has an
// acknowledgment number, too. ERSPAN, type II (eight bytes of its own) or I (none, and no sequence number),
// holds an Ethernet frame.
Bytes inside_gre(Bytes b) {
    constexpr std::uint16_t erspan = 0x88BE;
    constexpr std::uint16_t transparent_ethernet = 0x6558;
    constexpr std::uint16_t ppp = 0x880B;
    if (b.size() < 4 || (b[1] & 7) > 1)
        return {};
    const auto four_if = [](bool present) { return present ? std::size_t{4} : 0; };
    const bool sequence = (b[0] & 0x10) != 0;
    std::size_t header = 4 + four_if((b[0] & 0x80) != 0) + four_if((b[0] & 0x20) != 0) + four_if(sequence) +
                         four_if((b[1] & 7) == 1 && (b[1] & 0x80) != 0);
    const std::uint16_t type = load16(&b[2]);
    if (type == erspan && sequence)
        header += 8;
    if (b.size() < header)
        return {};
    const Bytes inside = b.subspan(header);
    if (type == ppp)
        return ip_packet_of_ppp(inside);
    return type == erspan || type == transparent_ethernet ? ip_packet_of_ethernet(inside)
                                                          : ip_packet_after(type, inside);
}

// RFC 7348 section 5: eight bytes of which the first says that a network identifier is there.
Bytes inside_vxlan(Bytes udp) {
    constexpr std::uint16_t port = 4789;
    constexpr std::uint16_t old_linux_port = 8472;
    if (udp.size() < 16 || (load16(&udp[2]) != port && load16(&udp[2]) != old_linux_port) || udp[8] != 0x08)
        return {};
    return ip_packet_of_ethernet(udp.subspan(16));
}

} // namespace

std::optional<IpPacket> parse_ip(Bytes b) {
    if (b.empty())
        return std::nullopt;
    if (b[0] >> 4 == 4)
        return parse_v4(b);
    if (b[0] >> 4 == 6)
        return parse_v6(b);
    return std::nullopt;
}

Bytes tunnelled(const IpPacket &outer) {
    switch (outer.protocol) {
    case ip_protocol::ipv4:
    case ip_protocol::ipv6: return outer.payload;
    case ip_protocol::gre: return inside_gre(outer.payload);
    case ip_protocol::udp: return inside_vxlan(outer.payload);
    default: return {};
    }
}

} // namespace cord::engine::trace
