// Video frames of one source to RTP packets and back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "io/codec/packetizer.hpp"
#include "io/codec/sequencer.hpp"
#include "io/codec/video.hpp"
#include "io/codec/video_payload.hpp"

namespace cord::io::codec {

class VideoPacketizer {
  public:
    VideoPacketizer(std::unique_ptr<VideoPayload> format, std::uint8_t payload_type,
                    const wire::rtp::StreamStart &start, PacketSink sink)
        : format_(std::move(format)), payload_type_(payload_type), start_(start), sink_(std::move(sink)) {}
    /// `time` counts `video_clock` from the beginning.
    void frame(base::Bytes frame, std::int64_t time);

  private:
    std::unique_ptr<VideoPayload> format_;
    std::uint8_t payload_type_;
    wire::rtp::StreamStart start_;
    PacketSink sink_;
    std::vector<std::vector<std::uint8_t>> payloads_;
    std::vector<std::uint8_t> packet_;
};

struct VideoFrame {
    std::uint32_t timestamp = 0;
    std::vector<std::uint8_t> bytes;
};

/// Puts together the packets of one payload type. A frame of which something was lost is left out.
class VideoAssembler {
  public:
    struct Counts {
        std::uint64_t frames = 0;
        std::uint64_t broken = 0;  // frames that were left out, as far as one can tell
        std::uint64_t packets = 0; // in whole frames
        std::uint64_t damaged = 0; // no payload of their codec
    };

    explicit VideoAssembler(std::unique_ptr<VideoPayload> format) : format_(std::move(format)) {}
    /// Appends the frames that the packet completes: its own, and one before it that had no marker.
    void take(const InOrder &arrived, std::vector<VideoFrame> &out);
    /// No more comes: appends a last frame that had no marker.
    void finish(std::vector<VideoFrame> &out);
    [[nodiscard]] const Counts &counts() const { return counts_; }

  private:
    void complete(std::vector<VideoFrame> &out);
    void drop(std::uint32_t timestamp);

    std::unique_ptr<VideoPayload> format_;
    std::optional<VideoFrame> current_;
    std::uint64_t waiting_ = 0;            // packets of it
    std::optional<std::uint32_t> dropped_; // the timestamp of the frame that was left out last
    Counts counts_;
};

} // namespace cord::io::codec
