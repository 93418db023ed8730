// RTP to a file or pipe: RFC 4571 after a `#!rtp` line, rtpdump, or Ogg Opus, IVF or H.264 made of it.
#pragma once

#include <memory>
#include <optional>

#include "commands.hpp"
#include "files.hpp"
#include "io/codec/ogg_opus.hpp"
#include "io/codec/video_file.hpp"
#include "wire/rtp/stream.hpp"

namespace cord::mediacodec {

class RtpOutput {
  public:
    /// A failure when Ogg, IVF or Annex B is wanted (by --format or the file's name) for a codec that it does
    /// not hold; else writes what comes before the packets: `codecs` in a `#!rtp` line, unless --bare; the
    /// header of rtpdump or Ogg. `main` is the payload type of the sound or pictures.
    [[nodiscard]] static Outcome<RtpOutput> open(const StreamOptions &options, wire::rtp::Format format,
                                                 const wire::rtp::PayloadMap &codecs, std::uint8_t main);
    void packet(base::Bytes rtp);
    [[nodiscard]] Outcome<void> flush() { return output_.flush(); }
    /// The end of the stream.
    [[nodiscard]] Outcome<void> finish();

  private:
    RtpOutput(Output output, wire::rtp::Format format, std::uint8_t main, std::uint32_t clock_rate)
        : output_(std::move(output)), format_(format), main_(main), clock_rate_(clock_rate) {}

    Output output_;
    wire::rtp::Format format_;
    std::uint8_t main_;
    std::uint32_t clock_rate_;
    std::optional<io::codec::OggOpusWriter> ogg_;
    std::unique_ptr<io::codec::VideoFileWriter> video_;
    std::optional<std::uint32_t> first_timestamp_;
};

/// The SSRC that --ssrc names, or a random one.
[[nodiscard]] std::uint32_t chosen_ssrc(const StreamOptions &options);

} // namespace cord::mediacodec
