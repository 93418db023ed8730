#include <algorithm>

#include "io/codec/video_payload.hpp"
#include "wire/rtp/vp8.hpp"

namespace cord::io::codec {

namespace {

class Vp8Payload final : public VideoPayload {
  public:
    void pack(base::Bytes frame, std::vector<std::vector<std::uint8_t>> &out) override {
        constexpr std::size_t room = max_payload - wire::rtp::vp8_descriptor_size;
        for (std::size_t at = 0; at < frame.size(); at += room) {
            const base::Bytes piece = frame.subspan(at, std::min(room, frame.size() - at));
            auto &payload = out.emplace_back();
            wire::rtp::append_vp8_descriptor(payload, at == 0, picture_id_);
            payload.insert(payload.end(), piece.begin(), piece.end());
        }
        ++picture_id_;
    }

    bool can_begin(base::Bytes payload) const override {
        // RFC 7741 section 4.5.1: "the first packet in the frame contains S=1 with partId=0".
        auto piece = wire::rtp::parse_vp8(payload);
        return piece && piece->begins_frame;
    }

    base::Result<void> unpack(base::Bytes payload, std::vector<std::uint8_t> &frame) override {
        return wire::rtp::parse_vp8(payload).map([&frame](const wire::rtp::Vp8Payload &piece) {
            frame.insert(frame.end(), piece.data.begin(), piece.data.end());
        });
    }

  private:
    std::uint16_t picture_id_ = 0;
};

} // namespace

std::unique_ptr<VideoPayload> make_vp8_payload() { return std::make_unique<Vp8Payload>(); }

} // namespace cord::io::codec
