#include "wire/rtp/amr.hpp"

#include <algorithm>
#include <array>

namespace cord::wire::rtp {

namespace {

/// RFC 4867 section 4.3.4: fields are "packed contiguously into octets beginning with the most significant
/// bits of the fields and the octets".
class BitReader {
  public:
    explicit BitReader(base::Bytes bytes) : bytes_(bytes) {}
    [[nodiscard]] bool ok() const { return at_ <= bytes_.size() * 8; }

    unsigned take(unsigned bits) {
        unsigned value = 0;
        for (; bits > 0; --bits, ++at_) {
            const unsigned octet = at_ / 8 < bytes_.size() ? bytes_[at_ / 8] : 0;
            value = value << 1 | (octet >> (7 - at_ % 8) & 1);
        }
        return value;
    }
    void align() { at_ = (at_ + 7) / 8 * 8; }

  private:
    base::Bytes bytes_;
    std::size_t at_ = 0;
};

class BitWriter {
  public:
    explicit BitWriter(std::vector<std::uint8_t> &out) : out_(out) {}

    void put(unsigned value, unsigned bits) {
        for (; bits > 0; --bits, ++used_) {
            if (used_ % 8 == 0)
                out_.push_back(0);
            out_.back() =
                static_cast<std::uint8_t>(out_.back() | (value >> (bits - 1) & 1) << (7 - used_ % 8));
        }
    }
    void align() { used_ = (used_ + 7) / 8 * 8; }

  private:
    std::vector<std::uint8_t> &out_;
    std::size_t used_ = 0;
};

// Section 3.6 table 1, and 3GPP TS 26.201 table 2: speech modes, then comfort noise.
constexpr std::array<std::uint16_t, 9> narrow_bits{95, 103, 118, 134, 148, 159, 204, 244, 39};
constexpr std::array<std::uint16_t, 10> wide_bits{132, 177, 253, 285, 317, 365, 397, 461, 477, 40};
constexpr std::uint8_t speech_lost = 14;
constexpr std::string_view request_name = "CMR ";

std::vector<std::uint8_t> take_speech(BitReader &r, std::size_t bits) {
    std::vector<std::uint8_t> speech;
    for (; bits >= 8; bits -= 8)
        speech.push_back(static_cast<std::uint8_t>(r.take(8)));
    if (bits > 0)
        speech.push_back(static_cast<std::uint8_t>(r.take(static_cast<unsigned>(bits)) << (8 - bits)));
    return speech;
}

void put_speech(BitWriter &w, const AmrFrame &frame, std::size_t bits) {
    for (std::uint8_t octet : frame.speech) {
        const auto some = static_cast<unsigned>(std::min<std::size_t>(bits, 8));
        w.put(octet >> (8 - some), some);
        bits -= some;
    }
}

} // namespace

std::optional<std::size_t> amr_bits(AmrBand band, std::uint8_t type) {
    // Section 4.3.2: FT=14 is "only available for AMR-WB"; neither it nor FT=15 has speech.
    if (type == AmrFrame::no_data || (type == speech_lost && band == AmrBand::wide))
        return 0;
    if (band == AmrBand::narrow)
        return type < narrow_bits.size() ? std::optional<std::size_t>(narrow_bits[type]) : std::nullopt;
    return type < wide_bits.size() ? std::optional<std::size_t>(wide_bits[type]) : std::nullopt;
}

base::Result<AmrPayload> parse_amr(base::Bytes payload, AmrLayout layout) {
    BitReader r(payload);
    // In octet-aligned mode each part is filled up to whole octets; "all R bits MUST be ignored".
    auto end_part = [&] {
        if (layout.octet_aligned)
            r.align();
    };
    AmrPayload out;
    out.mode_request = static_cast<std::uint8_t>(r.take(4));
    end_part();
    for (bool more = true; more;) {
        more = r.take(1) == 1;
        AmrFrame frame;
        frame.type = static_cast<std::uint8_t>(r.take(4));
        frame.good = r.take(1) == 1;
        end_part();
        // Section 4.3.2: with a type that is not used "the whole packet SHOULD be discarded".
        if (!r.ok() || !amr_bits(layout.band, frame.type) || out.frames.size() == AmrPayload::max_frames)
            return base::fail("no table of contents of AMR");
        out.frames.push_back(std::move(frame));
    }
    for (AmrFrame &frame : out.frames) {
        frame.speech = take_speech(r, *amr_bits(layout.band, frame.type));
        end_part();
    }
    if (!r.ok())
        return base::fail("the AMR payload is shorter than its frames");
    return out;
}

void append_mode_request(std::vector<std::uint8_t> &out, std::uint8_t mode) {
    base::ByteWriter w(out);
    w.u8(static_cast<std::uint8_t>(0x80 | (mode & 0x1f))); // the subtype
    w.u8(static_cast<std::uint8_t>(RtcpType::application));
    w.u16(2); // words that follow
    w.u32(0);
    w.text(request_name);
}

std::optional<std::uint8_t> mode_request(const RtcpPart &part) {
    const bool named = part.type == RtcpType::application && part.body.size() >= 8 &&
                       base::as_text(part.body.subspan(4, 4)) == request_name;
    return named ? std::optional(part.count) : std::nullopt;
}

void append_amr(std::vector<std::uint8_t> &out, const AmrPayload &payload, AmrLayout layout) {
    BitWriter w(out);
    auto end_part = [&] {
        if (layout.octet_aligned)
            w.align();
    };
    w.put(payload.mode_request, 4);
    end_part();
    for (const AmrFrame &frame : payload.frames) {
        w.put(&frame != &payload.frames.back(), 1);
        w.put(frame.type, 4);
        w.put(frame.good, 1);
        end_part();
    }
    for (const AmrFrame &frame : payload.frames) {
        put_speech(w, frame, *amr_bits(layout.band, frame.type));
        end_part();
    }
}

} // namespace cord::wire::rtp
