// What a video codec is here: frames to pictures and back, one object a direction and stream.
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/codec/picture.hpp"
#include "wire/rtp/codec_spec.hpp"

namespace cord::io::codec {

/// Of all video in RTP here.
inline constexpr std::uint32_t video_clock = 90'000;

class VideoDecoder {
  public:
    virtual ~VideoDecoder() = default;
    /// Appends the pictures that the frame completes. After an error the decoder may be used on.
    [[nodiscard]] virtual base::Result<void> decode(base::Bytes frame, std::vector<Picture> &out) = 0;
};

struct VideoFormat {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t kbit_s = 0; // 0: what suits the size
};

class VideoEncoder {
  public:
    virtual ~VideoEncoder() = default;
    /// What it was opened for; every picture has this size.
    [[nodiscard]] virtual const VideoFormat &format() const = 0;
    /// Appends the frame of the picture; nothing when the rate has no room for it. `time` counts
    /// `video_clock` and grows. With `key` the frame needs none before it.
    [[nodiscard]] virtual base::Result<void> encode(const Picture &picture, std::int64_t time, bool key,
                                                    std::vector<std::uint8_t> &out) = 0;
};

using VideoDecoderMaker = base::Result<std::unique_ptr<VideoDecoder>>(const wire::rtp::CodecSpec &);
/// The encoder's format may differ from the wanted one: H.263 knows five sizes.
using VideoEncoderMaker = base::Result<std::unique_ptr<VideoEncoder>>(const wire::rtp::CodecSpec &,
                                                                      const VideoFormat &wanted);

} // namespace cord::io::codec
