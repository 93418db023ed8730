#include "rtp_output.hpp"

#include "crypto/random.hpp"
#include "wire/rtp/packet.hpp"

namespace cord::mediacodec {

static bool wants_ogg(const StreamOptions &options) {
    const std::string_view name = options.out;
    return options.format == "ogg" ||
           (options.format == "auto" && (name.ends_with(".opus") || name.ends_with(".ogg")));
}

Outcome<RtpOutput> RtpOutput::open(const StreamOptions &options, wire::rtp::Format format,
                                   const wire::rtp::PayloadMap &codecs, std::uint8_t main) {
    const wire::rtp::CodecSpec &sound = codecs.at(main);
    if (wants_ogg(options) && sound.name != "opus")
        return failure(io::cli::wrong_usage, sound.name + ": Ogg holds Opus alone here");
    auto output = Output::open(options.out, options.in);
    if (!output)
        return tl::unexpected(output.error());
    RtpOutput out(std::move(*output), format, main, sound.clock_rate);
    if (wants_ogg(options)) {
        const bool stereo = sound.number("stereo") == 1 || sound.number("sprop-stereo") == 1;
        out.ogg_.emplace(chosen_ssrc(options), static_cast<std::uint8_t>(stereo ? 2 : 1),
                         out.output_.pending());
    } else if (format == wire::rtp::Format::rtpdump) {
        auto now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
        wire::rtp::append_rtpdump_header(out.output_.pending(), now, {});
    } else if (!options.bare) {
        wire::rtp::append_announcement(out.output_.pending(), codecs);
    }
    return out;
}

void RtpOutput::packet(base::Bytes rtp) {
    if (ogg_) {
        auto packet = wire::rtp::Packet::parse(rtp);
        if (packet->payload_type() == main_)
            ogg_->packet(*packet, output_.pending());
        return;
    }
    if (format_ == wire::rtp::Format::framed)
        return wire::rtp::append_frame(output_.pending(), rtp);
    // As a live sender would have sent it.
    const std::uint32_t timestamp = wire::rtp::Packet::parse(rtp)->timestamp();
    first_timestamp_ = first_timestamp_.value_or(timestamp);
    const std::uint64_t since = timestamp - *first_timestamp_;
    wire::rtp::append_rtpdump_record(output_.pending(), rtp,
                                     std::chrono::milliseconds(since * 1000 / clock_rate_));
}

Outcome<void> RtpOutput::finish() {
    if (ogg_)
        ogg_->finish(output_.pending());
    return output_.flush();
}

std::uint32_t chosen_ssrc(const StreamOptions &options) {
    return options.ssrc >= 0 ? static_cast<std::uint32_t>(options.ssrc) : crypto::SystemRandom().u32();
}

} // namespace cord::mediacodec
