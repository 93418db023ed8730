#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "files.hpp"
#include "io/codec/converter.hpp"
#include "io/codec/packetizer.hpp"
#include "io/codec/wav.hpp"
#include "pictures.hpp"
#include "report.hpp"
#include "rtp_input.hpp"
#include "rtp_output.hpp"

namespace cord::mediacodec {

namespace {

/// The one source that is made of a WAV: begun when the format of its sound is known, and its file made only
/// then.
class Encoding {
  public:
    [[nodiscard]] static Outcome<std::unique_ptr<Encoding>>
    begin(const StreamOptions &options, const NamedCodec &codec, io::codec::PcmFormat sound) {
        auto spec = io::codec::completed(codec.spec, sound);
        auto encoder = spec ? io::codec::make_encoder(*spec, sound)
                            : base::Result<std::unique_ptr<io::codec::Encoder>>(tl::unexpected(spec.error()));
        if (!encoder)
            return failure(io::cli::wrong_usage,
                           fmt::format("{}: {}", codec.spec.text(), encoder.error().text()));
        // RFC 7587 section 6.1: without this a receiver takes the sound for mono.
        if (spec->name == "opus" && (*encoder)->format().channels == 2 && !spec->parameter("sprop-stereo"))
            spec->parameters.emplace_back("sprop-stereo", "1");
        const std::uint8_t type = codec.payload_type.value_or(io::codec::usual_payload_type(*spec));
        auto output = RtpOutput::open(options, forced_format(options).value_or(wire::rtp::Format::framed),
                                      {{type, *spec}}, type);
        if (!output)
            return tl::unexpected(output.error());
        return std::unique_ptr<Encoding>(new Encoding(std::move(*output), std::move(*encoder), type,
                                                      spec->clock_rate, chosen_ssrc(options), sound));
    }

    [[nodiscard]] Outcome<void> take(io::codec::PcmView sound) {
        converted_.clear();
        converter_.convert(sound, converted_);
        packetizer_.sound(converted_);
        return output_.flush();
    }

    [[nodiscard]] Outcome<void> finish() {
        converted_.clear();
        converter_.finish(converted_);
        packetizer_.sound(converted_);
        packetizer_.finish();
        return output_.finish();
    }

  private:
    Encoding(RtpOutput output, std::unique_ptr<io::codec::Encoder> encoder, std::uint8_t type,
             std::uint32_t clock_rate, std::uint32_t ssrc, io::codec::PcmFormat sound)
        : output_(std::move(output)), converter_(sound, encoder->format()),
          packetizer_(std::move(encoder), type, clock_rate, {ssrc, 0, 0},
                      [this](base::Bytes rtp) { output_.packet(rtp); }) {}

    RtpOutput output_;
    io::codec::Converter converter_;
    io::codec::Packetizer packetizer_;
    io::codec::Pcm converted_;
};

} // namespace

Outcome<void> encode(const StreamOptions &options) {
    if (options.codecs.size() != 1)
        return failure(io::cli::wrong_usage, "encode needs one codec: -c CODEC");
    auto codec = parse_codec(options.codecs.front());
    if (!codec)
        return tl::unexpected(codec.error());
    auto input = Input::open(options.in);
    if (!input)
        return tl::unexpected(input.error());
    if (io::codec::is_video(codec->spec))
        return encode_pictures(options, *codec, *input);

    io::codec::WavReader wav;
    std::unique_ptr<Encoding> encoding;
    io::codec::Pcm sound;
    for (;;) {
        auto bytes = input->read();
        if (!bytes)
            return tl::unexpected(bytes.error());
        if (bytes->empty())
            break;
        sound.clear();
        if (auto fed = wav.feed(*bytes, sound); !fed)
            return failure(io::cli::bad_data, std::string(fed.error().text()));
        if (!encoding && wav.format()) {
            auto begun = Encoding::begin(options, *codec, *wav.format());
            if (!begun)
                return tl::unexpected(begun.error());
            encoding = std::move(*begun);
        }
        if (encoding)
            if (auto done = encoding->take(sound); !done)
                return done;
    }
    if (!encoding)
        return failure(io::cli::bad_data, "the WAV ends before its sound begins");
    if (wav.cut())
        say(options, "the WAV ends early: its header promised more");
    return encoding->finish();
}

} // namespace cord::mediacodec
