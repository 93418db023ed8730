#include "rtp_output.hpp"

#include "crypto/random.hpp"
#include "wire/rtp/packet.hpp"

namespace cord::mediacodec {

/// The container that --format or the file's name asks for: "ogg", "ivf", "annexb" or none.
static std::string_view wanted_container(const StreamOptions &options) {
    const std::string_view name = options.out;
    const bool by_name = options.format == "auto";
    if (options.format == "ogg" || (by_name && (name.ends_with(".opus") || name.ends_with(".ogg"))))
        return "ogg";
    if (options.format == "ivf" || (by_name && name.ends_with(".ivf")))
        return "ivf";
    if (options.format == "annexb" || (by_name && (name.ends_with(".h264") || name.ends_with(".264"))))
        return "annexb";
    return {};
}

Outcome<RtpOutput> RtpOutput::open(const StreamOptions &options, wire::rtp::Format format,
                                   const wire::rtp::PayloadMap &codecs, std::uint8_t main) {
    const wire::rtp::CodecSpec &codec = codecs.at(main);
    const std::string_view container = wanted_container(options);
    if (container == "ogg" && codec.name != "opus")
        return failure(io::cli::wrong_usage, codec.name + ": Ogg holds Opus alone here");
    if (container == "ivf" && codec.name != "vp8")
        return failure(io::cli::wrong_usage, codec.name + ": IVF holds VP8 alone here");
    if (container == "annexb" && codec.name != "h264")
        return failure(io::cli::wrong_usage, codec.name + ": Annex B is H.264's alone");
    auto output = Output::open(options.out, options.in);
    if (!output)
        return tl::unexpected(output.error());
    RtpOutput out(std::move(*output), format, main, codec.clock_rate);
    if (container == "ivf" || container == "annexb") {
        out.video_ = std::make_unique<io::codec::VideoFileWriter>(main, codec);
    } else if (container == "ogg") {
        const bool stereo = codec.number("stereo") == 1 || codec.number("sprop-stereo") == 1;
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
    if (video_)
        return video_->packet(*wire::rtp::Packet::parse(rtp), output_.pending());
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
    if (video_)
        video_->finish(output_.pending());
    auto done = output_.flush();
    if (done && video_)
        output_.rewrite_beginning(video_->beginning());
    return done;
}

std::uint32_t chosen_ssrc(const StreamOptions &options) {
    return options.ssrc >= 0 ? static_cast<std::uint32_t>(options.ssrc) : crypto::SystemRandom().u32();
}

} // namespace cord::mediacodec
