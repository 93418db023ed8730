#include "wire/rtp/packet.hpp"

namespace cord::wire::rtp {

Kind kind_of(base::Bytes datagram) {
    // RFC 7983 section 7: a first byte of 128 to 191 is RTP or RTCP.
    if (datagram.size() < 2 || datagram[0] < 128 || datagram[0] > 191)
        return Kind::other;
    // RFC 5761 section 4: RTCP packet types lie between 192 and 223, which RTP payload types avoid.
    return datagram[1] >= 192 && datagram[1] <= 223 ? Kind::rtcp : Kind::rtp;
}

void append_header(std::vector<std::uint8_t> &out, const Header &header) {
    base::ByteWriter w(out);
    w.u8(0x80);
    w.u8(static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | (header.payload_type & 0x7f)));
    w.u16(header.sequence);
    w.u32(header.timestamp);
    w.u32(header.ssrc);
}

base::Result<std::size_t> clear_size(base::Bytes packet) {
    if (packet.size() < header_size)
        return base::fail("shorter than an RTP header");
    // RFC 3550 section 5.1: "The version defined by this specification is two (2)."
    if (packet[0] >> 6 != 2)
        return base::fail("not RTP version 2");
    std::size_t at = extension_at(packet);
    if ((packet[0] & 0x10) != 0) {
        if (packet.size() < at + 4)
            return base::fail("the RTP extension ends early", at);
        at += 4 + 4 * std::size_t{base::load16(packet.data() + at + 2)};
    }
    if (packet.size() < at)
        return base::fail("the RTP header ends early", header_size);
    return at;
}

base::Result<Packet> Packet::parse(base::Bytes bytes) {
    auto clear = clear_size(bytes);
    if (!clear)
        return tl::unexpected(clear.error());
    Packet packet(bytes);
    packet.payload_at_ = *clear;
    if ((bytes[0] & 0x20) != 0) {
        // "The last octet of the padding contains a count of how many padding octets should be ignored,
        // including itself."
        packet.padding_ = bytes.back();
        if (packet.padding_ == 0 || packet.padding_ > bytes.size() - *clear)
            return base::fail("the RTP padding is longer than the packet", bytes.size() - 1);
    }
    return packet;
}

std::uint16_t Packet::extension_profile() const {
    return has_extension() ? base::load16(bytes_.data() + extension_at(bytes_)) : std::uint16_t{0};
}

base::Bytes Packet::extension() const {
    if (!has_extension())
        return {};
    const std::size_t at = extension_at(bytes_) + 4;
    return bytes_.subspan(at, payload_at_ - at);
}

std::optional<base::Bytes> Packet::element(std::uint8_t wanted) const {
    const bool one_byte = extension_profile() == 0xbede;
    const bool two_bytes = (extension_profile() & 0xfff0) == 0x1000;
    if ((!one_byte && !two_bytes) || wanted == 0)
        return {};
    base::ByteReader r(extension());
    while (r.left() > 0) {
        std::uint8_t id = r.u8();
        // RFC 8285 section 4.1.2: padding is octets of 0, which have no length.
        if (id == 0)
            continue;
        std::size_t length = 0;
        if (one_byte) {
            length = (id & 0x0fu) + 1u;
            id >>= 4;
            // Section 4.2: an id of 15 ends the whole extension.
            if (id == 15)
                return {};
        } else {
            length = r.u8();
        }
        base::Bytes value = r.take(length);
        if (!r.ok())
            return {};
        if (id == wanted)
            return value;
    }
    return {};
}

} // namespace cord::wire::rtp
