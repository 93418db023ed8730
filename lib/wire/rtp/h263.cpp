#include "wire/rtp/h263.hpp"

#include <algorithm>

namespace cord::wire::rtp {

namespace {

// RFC 4629 section 5.1, of 16 bits: RR:5, P:1, V:1, PLEN:6, PEBIT:3.
constexpr std::uint16_t start_bit = 0x0400;
constexpr std::uint16_t redundancy_bit = 0x0200;

/// H.263 section 5.1.1: a picture start code is sixteen zeros, a one and five zeros more. Where `data` begins
/// behind the zeros.
bool is_picture_code(base::Bytes data) { return !data.empty() && (data[0] & 0xfc) == 0x80; }

/// Whether a start code, of a picture or a group of blocks, begins at an octet.
bool is_start_code(base::Bytes data) {
    return data.size() > 2 && data[0] == 0 && data[1] == 0 && (data[2] & 0x80) != 0;
}

/// Where to cut: the last start code that is `most` octets from the beginning at most and not the first
/// octet's, else 0.
std::size_t last_start_code(base::Bytes data, std::size_t most) {
    for (std::size_t at = std::min(most, data.size() - 1); at > 0; --at)
        if (is_start_code(data.subspan(at)))
            return at;
    return 0;
}

/// The first start code that is not the first octet's, or the end.
std::size_t next_start_code(base::Bytes data) {
    std::size_t at = 1;
    while (at < data.size() && !is_start_code(data.subspan(at)))
        ++at;
    return at;
}

} // namespace

bool H263PlusPayload::begins_picture() const { return starts && is_picture_code(data); }

base::Result<H263PlusPayload> parse_h263_plus(base::Bytes payload) {
    base::ByteReader r(payload);
    const std::uint16_t header = r.u16();
    if ((header & redundancy_bit) != 0)
        r.skip(1);
    // "If PLEN>0, the extra picture header is attached immediately following the rest of the payload header."
    // It repeats what has come, for those who lost it.
    r.skip(header >> 3 & 0x3f);
    H263PlusPayload out{(header & start_bit) != 0, r.rest()};
    if (!r.ok())
        return base::fail("the H.263 payload ends in its header");
    return out;
}

void pack_h263_plus(base::Bytes picture, std::size_t most, std::vector<std::vector<std::uint8_t>> &out) {
    const std::size_t room = most - 2;
    while (!picture.empty()) {
        std::size_t length = picture.size();
        if (length > room) {
            const std::size_t code = last_start_code(picture, room);
            length = code != 0 ? code : room;
        }
        auto &payload = out.emplace_back();
        const bool starts = is_start_code(picture);
        base::ByteWriter w(payload);
        w.u16(starts ? start_bit : 0);
        // Section 6.1.1: a packet that begins with a start code "shall omit the first two (all zero) bytes".
        w.bytes(picture.first(length).subspan(starts ? 2 : 0));
        picture = picture.subspan(length);
    }
}

bool H263Payload::begins_picture() const {
    return first_bits == 0 && is_start_code(data) && is_picture_code(data.subspan(2));
}

base::Result<H263Payload> parse_h263(base::Bytes payload) {
    base::ByteReader r(payload);
    const std::uint8_t first = r.u8();
    // RFC 2190 section 5: F=0 is mode A, with a header of 4 octets; F=1 mode B with 8, or, where P is set
    // too, mode C with 12. What is more than SBIT and EBIT helps those who lost the packet before.
    const bool long_header = (first & 0x80) != 0;
    const bool two_pictures = (first & 0x40) != 0;
    r.skip(long_header ? (two_pictures ? 11 : 7) : 3);
    H263Payload out{first >> 3 & 7u, first & 7u, r.rest()};
    if (!r.ok() || out.data.empty())
        return base::fail("the H.263 payload ends in its header");
    return out;
}

void pack_h263(base::Bytes picture, std::size_t most, std::vector<std::vector<std::uint8_t>> &out) {
    // Start code, temporal reference and type: 22, 8 and 13 bits.
    if (picture.size() < 6 || !is_start_code(picture) || !is_picture_code(picture.subspan(2)))
        return;
    // Octet 4 has bits 3 to 10 of PTYPE, octet 5 begins with bit 11.
    const unsigned format = picture[4] >> 2 & 7u;
    const unsigned predicted = picture[4] >> 1 & 1u; // "0" is intra-coded
    const unsigned free_vectors = picture[4] & 1u;
    const unsigned arithmetic = picture[5] >> 7 & 1u;
    const unsigned advanced = picture[5] >> 6 & 1u;
    const auto second = static_cast<std::uint8_t>(format << 5 | predicted << 4 | free_vectors << 3 |
                                                  arithmetic << 2 | advanced << 1);
    const std::size_t room = most - 4;
    while (!picture.empty()) {
        std::size_t length = picture.size();
        if (length > room) {
            const std::size_t code = last_start_code(picture, room);
            length = code != 0 ? code : next_start_code(picture);
        }
        auto &payload = out.emplace_back();
        base::ByteWriter w(payload);
        w.u8(0); // F, P, SBIT and EBIT
        w.u8(second);
        w.u16(0); // reserved; DBQ, TRB and TR are of PB-frames, which no encoder here makes
        w.bytes(picture.first(length));
        picture = picture.subspan(length);
    }
}

} // namespace cord::wire::rtp
