#include <map>

#include <fmt/format.h>

#include "commands.hpp"
#include "io/codec/transcoder.hpp"
#include "io/codec/video_transcoder.hpp"
#include "report.hpp"
#include "rtp_input.hpp"
#include "rtp_output.hpp"

namespace cord::mediacodec {

namespace {

constexpr std::size_t reorder_window = 16;

bool is_sound(const wire::rtp::CodecSpec &spec) { return spec.name != "telephone-event"; }

/// From one source of RTP to one of another codec, sound or pictures as the first known codec is.
class Transcoding {
  public:
    Transcoding(const StreamOptions &options, RtpInput &input, NamedCodec to)
        : options_(options), input_(input), to_(std::move(to)) {}

    Outcome<void> take(const wire::rtp::Packet &packet) {
        const std::uint8_t type = packet.payload_type();
        auto known = codecs_.find(type);
        if (known == codecs_.end())
            known = codecs_.emplace(type, input_.codec_of(type)).first;
        if (!output_) {
            // What comes before it is known what is to be heard cannot be placed in time.
            if (!known->second || !is_sound(*known->second))
                return {};
            if (auto begun = begin(type, *known->second); !begun)
                return begun;
        }
        if (pictures_) {
            if (known->second)
                pictures_->know(type, *known->second);
            pictures_->push(packet);
        } else {
            if (known->second)
                transcoder_->know(type, *known->second);
            transcoder_->push(packet);
        }
        return {};
    }

    Outcome<void> flush() { return output_ ? output_->flush() : Outcome<void>{}; }

    Outcome<void> finish() {
        if (!output_)
            return report(options_, input_, {}, io::codec::StreamDecoder::Counts{});
        if (pictures_)
            pictures_->finish();
        else
            transcoder_->finish();
        if (auto done = output_->finish(); !done)
            return done;
        if (pictures_)
            return report(options_, input_, pictures_->arrivals(), pictures_->source(), pictures_->counts());
        return report(options_, input_, transcoder_->arrivals(), transcoder_->decoded());
    }

  private:
    Outcome<void> begin(std::uint8_t first_type, const wire::rtp::CodecSpec &first) {
        if (io::codec::is_video(first) != io::codec::is_video(to_.spec))
            return failure(io::cli::wrong_usage,
                           fmt::format("{}: pictures make no sound, nor sound pictures", to_.spec.text()));
        auto spec = io::codec::completed(to_.spec, io::codec::sound_of(first));
        if (!spec)
            return failure(io::cli::wrong_usage, fmt::format("{}: {}", to_.spec.text(), spec.error().text()));
        const std::uint8_t type = to_.payload_type.value_or(io::codec::usual_payload_type(*spec));
        wire::rtp::PayloadMap made{{type, *spec}};
        // RFC 4733 section 2.1: events are on the clock of the sound beside them.
        for (const auto &[event_type, event] : input_.named())
            if (!is_sound(event))
                made.emplace(event_type,
                             wire::rtp::CodecSpec{event.name, spec->clock_rate, 1, event.parameters});
        const wire::rtp::PayloadMap from{{first_type, first}};
        const wire::rtp::StreamStart start{chosen_ssrc(options_), 0, 0};
        auto sink = [this](base::Bytes rtp) { output_->packet(rtp); };
        base::Result<void> opened;
        if (io::codec::is_video(first))
            opened = io::codec::VideoTranscoder::make(from, {type, *spec}, start, reorder_window, sink)
                         .map([this](auto transcoder) { pictures_ = std::move(transcoder); });
        else
            opened = io::codec::Transcoder::make(from, made, start, reorder_window, sink)
                         .map([this](auto transcoder) { transcoder_ = std::move(transcoder); });
        if (!opened)
            return failure(io::cli::wrong_usage,
                           fmt::format("{}: {}", to_.spec.text(), opened.error().text()));
        const auto format = input_.format().value_or(wire::rtp::Format::framed); // Ogg is neither
        auto output = RtpOutput::open(options_, forced_format(options_).value_or(format), made, type);
        if (!output)
            return tl::unexpected(output.error());
        output_.emplace(std::move(*output));
        return {};
    }

    const StreamOptions &options_;
    RtpInput &input_;
    NamedCodec to_;
    std::optional<RtpOutput> output_;
    std::map<std::uint8_t, std::optional<wire::rtp::CodecSpec>> codecs_;
    std::unique_ptr<io::codec::Transcoder> transcoder_;
    std::unique_ptr<io::codec::VideoTranscoder> pictures_; // instead, where they are some
};

} // namespace

Outcome<void> transcode(const StreamOptions &options) {
    if (options.to.empty())
        return failure(io::cli::wrong_usage, "--to is missing: the codec to make");
    auto to = parse_codec(options.to);
    if (!to)
        return tl::unexpected(to.error());
    auto input_options = options;
    input_options.format = "auto"; // the input tells itself; --format is for what is written
    auto input = RtpInput::open(input_options);
    if (!input)
        return tl::unexpected(input.error());
    Transcoding transcoding(options, *input, std::move(*to));
    auto read = input->read([&](const wire::rtp::Packet &packet) { return transcoding.take(packet); },
                            [&] { return transcoding.flush(); });
    return read ? transcoding.finish() : read;
}

} // namespace cord::mediacodec
