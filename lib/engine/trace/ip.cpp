#include "engine/trace/ip.hpp"

#include <algorithm>

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
    constexpr std::uint8_t mobility = 135;
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
        case destination:
        case mobility: break;
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

} // namespace cord::engine::trace
