// Pictures between RTP and Y4M, or RTP and RTP: what decode, encode and transcode do where the codec is one
// of video.
#pragma once

#include <set>

#include "io/codec/video_source.hpp"
#include "io/codec/video_transcoder.hpp"
#include "io/codec/y4m.hpp"
#include "rtp_input.hpp"
#include "rtp_output.hpp"

namespace cord::mediacodec {

/// Writes the pictures of RTP as Y4M of an even pace: those that a gap is filled with are repeated. The file
/// is made with the first one, in its size.
class PictureFile {
  public:
    explicit PictureFile(const StreamOptions &options)
        : options_(options), source_({}, [this](const io::codec::VideoSource::Frame &f) { take(f); }) {}

    void know(std::uint8_t payload_type, const wire::rtp::CodecSpec &codec) {
        source_.know(payload_type, codec);
    }
    void take(const io::codec::InOrder &arrived) { source_.take(arrived); }
    [[nodiscard]] Outcome<void> flush();
    [[nodiscard]] Outcome<void> finish();

    [[nodiscard]] const io::codec::VideoSource &source() const { return source_; }
    [[nodiscard]] const io::codec::VideoTranscoder::Counts &counts() const { return counts_; }

  private:
    void take(const io::codec::VideoSource::Frame &frame);
    void show(io::codec::Picture picture, std::int64_t time);
    void write(std::int64_t count);

    const StreamOptions &options_;
    io::codec::VideoSource source_;
    std::unique_ptr<io::codec::VideoDecoder> decoder_;
    std::vector<io::codec::Picture> pictures_;
    std::optional<Output> output_;
    std::optional<Failure> failure_;
    std::optional<io::codec::Picture> last_; // which is written when it is known how long it is seen
    std::int64_t first_time_ = 0;
    std::int64_t step_ = 0;    // between two pictures of the file, by the clock of video; 0 until it is known
    std::int64_t written_ = 0; // pictures
    io::codec::VideoTranscoder::Counts counts_;
};

/// Y4M to RTP.
[[nodiscard]] Outcome<void> encode_pictures(const StreamOptions &options, const NamedCodec &codec,
                                            Input &input);

} // namespace cord::mediacodec
