// Files of frames, IVF of VP8, as if they were RTP and back: a recording becomes a source as a sender would
// have sent it, and a source becomes a recording.
#pragma once

#include <deque>

#include "io/codec/ivf.hpp"
#include "io/codec/video_source.hpp"

namespace cord::io::codec {

/// The payload type of what a VideoFileReader makes.
inline constexpr std::uint8_t video_file_payload_type = 96;

class VideoFileReader {
  public:
    /// Whether a file that begins so is one.
    [[nodiscard]] static bool recognises(base::Bytes beginning);

    void feed(base::Bytes bytes) { ivf_.feed(bytes); }
    /// The next packet; nothing while more bytes are needed. An error is final.
    [[nodiscard]] base::Result<std::optional<std::vector<std::uint8_t>>> next();
    /// Known with the first packet.
    [[nodiscard]] const wire::rtp::CodecSpec &codec() const { return codec_; }
    /// Whether the file ends within a frame.
    [[nodiscard]] bool cut() const { return ivf_.cut(); }

  private:
    IvfReader ivf_;
    wire::rtp::CodecSpec codec_;
    std::optional<VideoPacketizer> packetizer_;
    std::deque<std::vector<std::uint8_t>> waiting_;
};

class VideoFileWriter {
  public:
    /// Whether the codec, a completed spec, has a kind of file here.
    [[nodiscard]] static bool takes(const wire::rtp::CodecSpec &codec);

    VideoFileWriter(std::uint8_t payload_type, const wire::rtp::CodecSpec &codec);
    /// Takes the next packet of a source without holes; appends the frames that it completes. What comes
    /// before the first key frame is left out: nobody could show it.
    void packet(const wire::rtp::Packet &rtp, std::vector<std::uint8_t> &out);
    void finish(std::vector<std::uint8_t> &out);
    /// What the file should begin with, now that its length is known; empty where it begins well.
    [[nodiscard]] std::vector<std::uint8_t> beginning() const;

  private:
    void write(const VideoSource::Frame &frame);

    VideoSource source_;
    std::vector<std::uint8_t> *out_ = nullptr; // while a packet is taken
    bool begun_ = false;
    std::optional<IvfHeader> header_;
    std::uint32_t frames_ = 0;
};

} // namespace cord::io::codec
