#include <fmt/format.h>

#include "commands.hpp"
#include "files.hpp"
#include "io/codec/converter.hpp"
#include "io/codec/packetizer.hpp"
#include "io/codec/wav.hpp"
#include "report.hpp"
#include "rtp_input.hpp"
#include "rtp_output.hpp"

namespace cord::mediacodec {

namespace {

/// The one source that is made of a WAV: opened when the format of its sound is known.
struct Encoding {
    io::codec::Converter converter;
    io::codec::Packetizer packetizer;
};

Outcome<Encoding> begin(const StreamOptions &options, const NamedCodec &codec, io::codec::PcmFormat sound,
                        RtpOutput &output) {
    auto spec = io::codec::completed(codec.spec, sound);
    auto encoder = spec ? io::codec::make_encoder(*spec, sound)
                        : base::Result<std::unique_ptr<io::codec::Encoder>>(tl::unexpected(spec.error()));
    if (!encoder)
        return failure(io::cli::wrong_usage,
                       fmt::format("{}: {}", codec.spec.text(), encoder.error().text()));
    const io::codec::PcmFormat format = (*encoder)->format();
    // RFC 7587 section 6.1: without this a receiver takes the sound for mono.
    if (spec->name == "opus" && format.channels == 2 && !spec->parameter("sprop-stereo"))
        spec->parameters.emplace_back("sprop-stereo", "1");
    const std::uint8_t type = codec.payload_type.value_or(io::codec::usual_payload_type(*spec));
    output.begin({{type, *spec}}, spec->clock_rate);
    return Encoding{io::codec::Converter(sound, format),
                    io::codec::Packetizer(std::move(*encoder), type, spec->clock_rate,
                                          {chosen_ssrc(options), 0, 0},
                                          [&output](base::Bytes rtp) { output.packet(rtp); })};
}

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
    auto output = RtpOutput::open(options, forced_format(options).value_or(wire::rtp::Format::framed));
    if (!output)
        return tl::unexpected(output.error());

    io::codec::WavReader wav;
    std::optional<Encoding> encoding;
    io::codec::Pcm sound;
    io::codec::Pcm converted;
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
            auto begun = begin(options, *codec, *wav.format(), *output);
            if (!begun)
                return tl::unexpected(begun.error());
            encoding.emplace(std::move(*begun));
        }
        if (!encoding)
            continue;
        converted.clear();
        encoding->converter.convert(sound, converted);
        encoding->packetizer.sound(converted);
        if (auto done = output->flush(); !done)
            return done;
    }
    if (!encoding)
        return failure(io::cli::bad_data, "the WAV ends before its sound begins");
    if (wav.cut())
        say(options, "the WAV ends early: its header promised more");
    converted.clear();
    encoding->converter.finish(converted);
    encoding->packetizer.sound(converted);
    encoding->packetizer.finish();
    return output->flush();
}

} // namespace cord::mediacodec
