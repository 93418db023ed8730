// RTP to a file or pipe: RFC 4571 after a `#!rtp` line, or rtpdump.
#pragma once

#include <optional>

#include "commands.hpp"
#include "files.hpp"
#include "wire/rtp/stream.hpp"

namespace cord::mediacodec {

class RtpOutput {
  public:
    [[nodiscard]] static Outcome<RtpOutput> open(const StreamOptions &options, wire::rtp::Format format);
    /// Writes what comes before the packets: `codecs` in a `#!rtp` line, unless --bare; the header of
    /// rtpdump.
    void begin(const wire::rtp::PayloadMap &codecs, std::uint32_t clock_rate);
    void packet(base::Bytes rtp);
    [[nodiscard]] Outcome<void> flush() { return output_.flush(); }

  private:
    RtpOutput(Output output, wire::rtp::Format format, bool bare)
        : output_(std::move(output)), format_(format), bare_(bare) {}

    Output output_;
    wire::rtp::Format format_;
    bool bare_;
    std::uint32_t clock_rate_ = 8000;
    std::optional<std::uint32_t> first_timestamp_;
};

/// The SSRC that --ssrc names, or a random one.
[[nodiscard]] std::uint32_t chosen_ssrc(const StreamOptions &options);

} // namespace cord::mediacodec
