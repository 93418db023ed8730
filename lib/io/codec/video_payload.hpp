// How the frames of each video codec travel in RTP payloads: cut into pieces, and put together again.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/rtp/codec_spec.hpp"

namespace cord::io::codec {

class VideoPayload {
  public:
    virtual ~VideoPayload() = default;
    /// The payloads of a frame, each of `max_payload` octets at most where the format can.
    virtual void pack(base::Bytes frame, std::vector<std::vector<std::uint8_t>> &out) = 0;
    /// Whether a frame can begin with the payload: what is in the middle of one cannot, as far as it shows.
    [[nodiscard]] virtual bool can_begin(base::Bytes payload) const = 0;
    /// Appends what the payload holds of its frame; the frame begins anew where `frame` is empty.
    [[nodiscard]] virtual base::Result<void> unpack(base::Bytes payload,
                                                    std::vector<std::uint8_t> &frame) = 0;

    /// With headers of RTP, UDP and IPv6 below what passes any path.
    static constexpr std::size_t max_payload = 1150;
};

/// The format of a completed spec; null where the codec is no video.
[[nodiscard]] std::unique_ptr<VideoPayload> make_video_payload(const wire::rtp::CodecSpec &spec);

/// RFC 7741. Frames are as in IVF.
[[nodiscard]] std::unique_ptr<VideoPayload> make_vp8_payload();
/// RFC 6184, of which modes 0 and 1 are packed and understood. Frames are pieces of the byte stream of Annex
/// B.
[[nodiscard]] std::unique_ptr<VideoPayload> make_h264_payload(const wire::rtp::CodecSpec &spec);
/// RFC 4629.
[[nodiscard]] std::unique_ptr<VideoPayload> make_h263_plus_payload();
/// RFC 2190; packed in mode A.
[[nodiscard]] std::unique_ptr<VideoPayload> make_h263_payload();

} // namespace cord::io::codec
