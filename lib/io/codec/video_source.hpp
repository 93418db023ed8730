// From the packets of a source, in order, to whole frames with their times: picks the codec by payload type,
// and lets one source follow the other.
#pragma once

#include <map>

#include "io/codec/video_packets.hpp"

namespace cord::io::codec {

class VideoSource {
  public:
    struct Frame {
        const wire::rtp::CodecSpec &codec;
        std::int64_t time; // since the first frame, by `video_clock`; never less than the one before
        base::Bytes bytes;
        bool fresh; // of another source or codec than the one before: begin with a new decoder
    };
    using FrameSink = std::function<void(const Frame &)>;

    /// `codecs` are completed specs; those that are no video are passed over.
    explicit VideoSource(const wire::rtp::PayloadMap &codecs, FrameSink sink);
    /// Adds a codec, a completed spec.
    void know(std::uint8_t payload_type, const wire::rtp::CodecSpec &codec);
    void take(const InOrder &arrived);
    void finish();

    [[nodiscard]] VideoAssembler::Counts counts() const;
    /// Packets of payload types that nothing is known of.
    [[nodiscard]] std::uint64_t other() const { return other_; }

  private:
    struct Format {
        wire::rtp::CodecSpec codec;
        VideoAssembler assembler;
    };
    void hand_on(const Format &format);

    FrameSink sink_;
    std::map<std::uint8_t, Format> formats_;
    Format *current_ = nullptr;
    bool fresh_ = true;
    std::vector<VideoFrame> frames_;
    wire::rtp::TimestampUnwrapper timestamps_;
    std::optional<std::int64_t> begin_; // the timestamp that stands for time 0
    std::int64_t time_ = 0;             // of the last frame
    std::int64_t next_ = 0;             // the time for another source to begin at
    std::uint64_t other_ = 0;
};

} // namespace cord::io::codec
