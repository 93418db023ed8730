// Files of frames, IVF of VP8 and Annex B of H.264, as if they were RTP and back: a recording becomes a
// source as a sender would have sent it, and a source becomes a recording.
#pragma once

#include <deque>

#include "io/codec/annex_b.hpp"
#include "io/codec/ivf.hpp"
#include "io/codec/video_source.hpp"

namespace cord::io::codec {

/// The payload type of what a VideoFileReader makes.
inline constexpr std::uint8_t video_file_payload_type = 96;

class VideoFileReader {
  public:
    /// Whether a file that begins so is one.
    [[nodiscard]] static bool recognises(base::Bytes beginning);

    void feed(base::Bytes bytes);
    /// No more will come.
    void finish() { annex_b_.finish(); }
    /// The next packet; nothing while more bytes are needed. An error is final.
    [[nodiscard]] base::Result<std::optional<std::vector<std::uint8_t>>> next();
    /// Known with the first packet.
    [[nodiscard]] const wire::rtp::CodecSpec &codec() const { return codec_; }
    /// Whether the file ends within a frame.
    [[nodiscard]] bool cut() const { return ivf_.cut(); }

  private:
    struct Timed {
        std::int64_t time;
        std::vector<std::uint8_t> frame;
    };
    [[nodiscard]] base::Result<std::optional<Timed>> next_of_ivf();
    [[nodiscard]] base::Result<std::optional<Timed>> next_of_annex_b();

    IvfReader ivf_;
    AnnexBReader annex_b_;
    std::optional<bool> is_ivf_; // by the first bytes
    std::int64_t units_ = 0;     // of Annex B, which has no times: 30 a second
    wire::rtp::CodecSpec codec_;
    std::optional<VideoPacketizer> packetizer_;
    std::deque<std::vector<std::uint8_t>> waiting_;
};

class VideoFileWriter {
  public:
    /// `codec` is VP8 for IVF, or H.264.
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
