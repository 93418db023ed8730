#include "base/text.hpp"
#include "io/codec/video_payload.hpp"
#include "wire/rtp/h264.hpp"

namespace cord::io::codec {

namespace {

class H264Payload final : public VideoPayload {
  public:
    explicit H264Payload(const wire::rtp::CodecSpec &spec)
        // RFC 6184 section 8.1: without packetization-mode, "the single NAL mode MUST be used".
        : mode_(spec.number("packetization-mode") == 1 ? wire::rtp::PacketizationMode::non_interleaved
                                                       : wire::rtp::PacketizationMode::single_unit) {
        // sprop-parameter-sets is "a comma-separated (',') list of base64 … representations of parameter set
        // NAL units", which "precede any other NAL units in decoding order".
        base::split(spec.parameter("sprop-parameter-sets").value_or(""), ',', [this](std::string_view text) {
            auto unit = base::from_base64(text);
            if (unit && !unit->empty())
                wire::rtp::append_nal_unit(before_, base::as_bytes(*unit));
        });
    }

    void pack(base::Bytes frame, std::vector<std::vector<std::uint8_t>> &out) override {
        wire::rtp::pack_h264(wire::rtp::nal_units(frame), mode_, max_payload, out);
    }

    bool can_begin(base::Bytes payload) const override { return wire::rtp::H264Unpacker::can_begin(payload); }

    base::Result<void> unpack(base::Bytes payload, std::vector<std::uint8_t> &frame) override {
        if (frame.empty()) {
            unpacker_.forget();
            frame.swap(before_);
        }
        return unpacker_.unpack(payload, frame);
    }

  private:
    wire::rtp::PacketizationMode mode_;
    wire::rtp::H264Unpacker unpacker_;
    std::vector<std::uint8_t> before_; // what the first frame begins with
};

} // namespace

std::unique_ptr<VideoPayload> make_h264_payload(const wire::rtp::CodecSpec &spec) {
    return std::make_unique<H264Payload>(spec);
}

} // namespace cord::io::codec
