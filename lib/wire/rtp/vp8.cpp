#include "wire/rtp/vp8.hpp"

namespace cord::wire::rtp {

namespace {

// RFC 7741 section 4.2, the first octet, and the one that X announces.
constexpr std::uint8_t extended = 0x80;    // X
constexpr std::uint8_t starts = 0x10;      // S
constexpr std::uint8_t partition = 0x07;   // PID
constexpr std::uint8_t has_picture = 0x80; // I
constexpr std::uint8_t has_level = 0x40;   // L
constexpr std::uint8_t has_layer = 0x20;   // T
constexpr std::uint8_t has_key = 0x10;     // K
constexpr std::uint8_t long_picture = 0x80;

} // namespace

base::Result<Vp8Payload> parse_vp8(base::Bytes payload) {
    base::ByteReader r(payload);
    const std::uint8_t first = r.u8();
    const std::uint8_t more = (first & extended) != 0 ? r.u8() : 0;
    Vp8Payload out;
    out.begins_frame = (first & starts) != 0 && (first & partition) == 0;
    if ((more & has_picture) != 0) {
        const std::uint8_t high = r.u8();
        // "If M is set, the remainder of the PictureID field MUST contain 15 bits, else it MUST contain 7".
        const bool is_long = (high & long_picture) != 0;
        out.picture_id = static_cast<std::uint16_t>(is_long ? (high & 0x7f) << 8 | r.u8() : high);
    }
    if ((more & has_level) != 0)
        r.skip(1);
    // "If either of the T or K bits are set to 1, the TID/Y/KEYIDX extension field MUST be present."
    if ((more & (has_layer | has_key)) != 0)
        r.skip(1);
    out.data = r.rest();
    if (!r.ok() || out.data.empty())
        return base::fail("the VP8 payload ends in its descriptor");
    return out;
}

void append_vp8_descriptor(std::vector<std::uint8_t> &out, bool begins_frame, std::uint16_t picture_id) {
    base::ByteWriter w(out);
    w.u8(static_cast<std::uint8_t>(extended | (begins_frame ? starts : 0)));
    w.u8(has_picture);
    w.u16(static_cast<std::uint16_t>(long_picture << 8 | (picture_id & 0x7fff)));
}

std::optional<Vp8Size> vp8_key_frame(base::Bytes frame) {
    // RFC 6386 section 9.1: a frame tag of three octets whose lowest bit is 0, a start code, then 14 bits of
    // each side and two of scaling, the low octets first.
    constexpr std::size_t header = 10;
    if (frame.size() < header || (frame[0] & 0x01) != 0 || frame[3] != 0x9d || frame[4] != 0x01 ||
        frame[5] != 0x2a)
        return {};
    auto side = [&frame](std::size_t at) {
        return static_cast<std::uint16_t>((frame[at + 1] & 0x3f) << 8 | frame[at]);
    };
    return Vp8Size{side(6), side(8)};
}

} // namespace cord::wire::rtp
