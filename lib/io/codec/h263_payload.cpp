#include "io/codec/video_payload.hpp"
#include "wire/rtp/h263.hpp"

namespace cord::io::codec {

namespace {

class H263PlusPayload final : public VideoPayload {
  public:
    void pack(base::Bytes frame, std::vector<std::vector<std::uint8_t>> &out) override {
        wire::rtp::pack_h263_plus(frame, max_payload, out);
    }

    bool can_begin(base::Bytes payload) const override {
        auto piece = wire::rtp::parse_h263_plus(payload);
        return piece && piece->begins_picture();
    }

    base::Result<void> unpack(base::Bytes payload, std::vector<std::uint8_t> &frame) override {
        auto piece = wire::rtp::parse_h263_plus(payload);
        if (!piece)
            return tl::unexpected(piece.error());
        // RFC 4629 section 5.1, P: "Two bytes of zero bits then have to be prefixed".
        if (piece->starts)
            frame.insert(frame.end(), 2, 0);
        frame.insert(frame.end(), piece->data.begin(), piece->data.end());
        return {};
    }
};

class H263Payload final : public VideoPayload {
  public:
    void pack(base::Bytes frame, std::vector<std::vector<std::uint8_t>> &out) override {
        wire::rtp::pack_h263(frame, max_payload, out);
    }

    bool can_begin(base::Bytes payload) const override {
        auto piece = wire::rtp::parse_h263(payload);
        return piece && piece->begins_picture();
    }

    base::Result<void> unpack(base::Bytes payload, std::vector<std::uint8_t> &frame) override {
        auto piece = wire::rtp::parse_h263(payload);
        if (!piece)
            return tl::unexpected(piece.error());
        if (frame.empty())
            open_bits_ = 0;
        // RFC 2190: a piece may end within an octet (EBIT), with which the next one begins (SBIT).
        if ((open_bits_ + piece->first_bits) % 8 != 0)
            return base::fail("an H.263 payload does not begin where the one before ends");
        base::Bytes data = piece->data;
        if (piece->first_bits > 0) {
            frame.back() |= static_cast<std::uint8_t>(data[0] & (0xff >> piece->first_bits));
            data = data.subspan(1);
        }
        frame.insert(frame.end(), data.begin(), data.end());
        open_bits_ = piece->last_bits;
        frame.back() &= static_cast<std::uint8_t>(0xff << open_bits_);
        return {};
    }

  private:
    unsigned open_bits_ = 0; // of the last octet, that are to come yet
};

} // namespace

std::unique_ptr<VideoPayload> make_h263_plus_payload() { return std::make_unique<H263PlusPayload>(); }
std::unique_ptr<VideoPayload> make_h263_payload() { return std::make_unique<H263Payload>(); }

} // namespace cord::io::codec
