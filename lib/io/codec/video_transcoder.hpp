// One source of pictures in, one source out: of another codec, size or rate, or the same frames packed anew.
#pragma once

#include "io/codec/codec.hpp"
#include "io/codec/video_source.hpp"

namespace cord::io::codec {

class VideoTranscoder {
  public:
    struct Counts {
        std::uint64_t pictures = 0; // decoded, or passed as they are
        std::uint64_t damaged = 0;  // frames that were no frames of their codec, or no pictures for it
    };

    /// `from` are completed specs. `to` is one video codec. Frames of that codec pass as they are, unless it
    /// has a `bitrate` (kbit/s) or a `size` (WIDTHxHEIGHT): then they are decoded and encoded like those of
    /// any other.
    [[nodiscard]] static base::Result<std::unique_ptr<VideoTranscoder>>
    make(const wire::rtp::PayloadMap &from, std::pair<std::uint8_t, CodecSpec> to,
         const wire::rtp::StreamStart &start, std::size_t window, PacketSink sink);

    void know(std::uint8_t payload_type, const CodecSpec &spec) { source_.know(payload_type, spec); }
    void push(const wire::rtp::Packet &packet);
    /// The receiver of what is made needs a key frame: the next one is.
    void want_key_frame() { key_ = true; }
    void finish();

    [[nodiscard]] const Sequencer::Counts &arrivals() const { return sequencer_.counts(); }
    [[nodiscard]] const VideoSource &source() const { return source_; }
    [[nodiscard]] const Counts &counts() const { return counts_; }

  private:
    VideoTranscoder(const wire::rtp::PayloadMap &from, std::uint8_t payload_type, CodecSpec to,
                    VideoFormat wanted, const wire::rtp::StreamStart &start, std::size_t window,
                    PacketSink sink);
    void drain();
    void take(const VideoSource::Frame &frame);
    void encode(const Picture &picture, std::int64_t time);

    CodecSpec to_;
    VideoFormat wanted_; // 0 where nothing is
    Sequencer sequencer_;
    VideoSource source_;
    VideoPacketizer packetizer_;
    std::unique_ptr<VideoDecoder> decoder_;
    std::unique_ptr<VideoEncoder> encoder_;
    std::optional<std::pair<std::uint32_t, std::uint32_t>> opened_for_; // the pictures that `encoder_` is for
    bool key_ = false;
    std::vector<Picture> pictures_;
    std::vector<std::uint8_t> frame_;
    Counts counts_;
};

} // namespace cord::io::codec
