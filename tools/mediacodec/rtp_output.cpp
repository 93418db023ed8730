#include "rtp_output.hpp"

#include "crypto/random.hpp"
#include "wire/rtp/packet.hpp"

namespace cord::mediacodec {

Outcome<RtpOutput> RtpOutput::open(const StreamOptions &options, wire::rtp::Format format) {
    auto output = Output::open(options.out, options.in);
    if (!output)
        return tl::unexpected(output.error());
    return RtpOutput(std::move(*output), format, options.bare);
}

void RtpOutput::begin(const wire::rtp::PayloadMap &codecs, std::uint32_t clock_rate) {
    clock_rate_ = clock_rate;
    if (format_ == wire::rtp::Format::rtpdump) {
        auto now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
        wire::rtp::append_rtpdump_header(output_.pending(), now, {});
    } else if (!bare_) {
        wire::rtp::append_announcement(output_.pending(), codecs);
    }
}

void RtpOutput::packet(base::Bytes rtp) {
    if (format_ == wire::rtp::Format::framed)
        return wire::rtp::append_frame(output_.pending(), rtp);
    // As a live sender would have sent it.
    const std::uint32_t timestamp = wire::rtp::Packet::parse(rtp)->timestamp();
    first_timestamp_ = first_timestamp_.value_or(timestamp);
    const std::uint64_t since = timestamp - *first_timestamp_;
    wire::rtp::append_rtpdump_record(output_.pending(), rtp,
                                     std::chrono::milliseconds(since * 1000 / clock_rate_));
}

std::uint32_t chosen_ssrc(const StreamOptions &options) {
    return options.ssrc >= 0 ? static_cast<std::uint32_t>(options.ssrc) : crypto::SystemRandom().u32();
}

} // namespace cord::mediacodec
