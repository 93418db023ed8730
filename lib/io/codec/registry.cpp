#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"
#include "io/codec/codec.hpp"
#include "io/codec/libraries.hpp"
#include "io/codec/opus.hpp"
#include "io/codec/video_libraries.hpp"
#include "io/codec/waveform.hpp"

namespace cord::io::codec {

// To add a codec: its two functions in a file of its own, and a line here.
static constexpr std::array table{
    Codec{"opus", "audio", 48000, 2, "libopus", make_opus_decoder, make_opus_encoder},
    Codec{"pcmu", "audio", 8000, 1, "", make_waveform_decoder, make_waveform_encoder},
    Codec{"pcma", "audio", 8000, 1, "", make_waveform_decoder, make_waveform_encoder},
    Codec{"g722", "audio", 8000, 1, "spandsp", make_g722_decoder, make_g722_encoder},
    Codec{"g726-16", "audio", 8000, 1, "spandsp", make_g726_decoder, make_g726_encoder},
    Codec{"g726-24", "audio", 8000, 1, "spandsp", make_g726_decoder, make_g726_encoder},
    Codec{"g726-32", "audio", 8000, 1, "spandsp", make_g726_decoder, make_g726_encoder},
    Codec{"g726-40", "audio", 8000, 1, "spandsp", make_g726_decoder, make_g726_encoder},
    Codec{"aal2-g726-32", "audio", 8000, 1, "spandsp", make_g726_decoder, make_g726_encoder},
    Codec{"g729", "audio", 8000, 1, "bcg729", make_g729_decoder, make_g729_encoder},
    Codec{"gsm", "audio", 8000, 1, "libgsm", make_gsm_decoder, make_gsm_encoder},
    Codec{"ilbc", "audio", 8000, 1, "libilbc", nullptr, nullptr}, // which Debian has not
    Codec{"speex", "audio", 0, 1, "libspeex", make_speex_decoder, make_speex_encoder},
    Codec{"amr", "audio", 8000, 1, "opencore-amr", make_amr_decoder, make_amr_encoder},
    Codec{"amr-wb", "audio", 16000, 1, "opencore-amr, vo-amrwbenc", make_amr_wb_decoder, make_amr_wb_encoder},
    Codec{"l16", "audio", 0, 0, "", make_waveform_decoder, make_waveform_encoder},
    Codec{"vp8", "video", video_clock, 1, "libvpx", nullptr, nullptr, make_vp8_decoder, make_vp8_encoder},
    Codec{"h264", "video", video_clock, 1, "libavcodec, x264", nullptr, nullptr, make_h264_decoder,
          make_h264_encoder},
    Codec{"h263", "video", video_clock, 1, "libavcodec", nullptr, nullptr, make_h263_decoder,
          make_h263_encoder},
    Codec{"h263+", "video", video_clock, 1, "libavcodec", nullptr, nullptr, make_h263_decoder,
          make_h263_encoder},
    // Passed on from stream to stream, never sound.
    Codec{"telephone-event", "event", 0, 1, "", nullptr, nullptr},
};

std::span<const Codec> codecs() { return table; }

const char *licence() {
#if defined(CORD_HAS_BCG729) && defined(CORD_HAS_LIBAV)
    return "Licence: GPL version 3 or later, by bcg729 and libavcodec; the source is MIT";
#elif defined(CORD_HAS_BCG729)
    return "Licence: GPL version 3 or later, by bcg729; the source is MIT";
#elif defined(CORD_HAS_LIBAV)
    return "Licence: GPL version 2 or later, by libavcodec; the source is MIT";
#else
    return "Licence: MIT";
#endif
}

/// RFC 4629 section 8.1 names H.263+ by its years.
static std::string_view usual_name(std::string_view name) {
    return name == "h263-1998" || name == "h263-2000" ? "h263+" : name;
}

static const Codec *find(std::string_view name) {
    auto found = std::find_if(table.begin(), table.end(), [name](const Codec &c) { return name == c.name; });
    return found == table.end() ? nullptr : &*found;
}

/// The rate of a codec that has several, for sound of `rate`: Speex has three.
static std::uint32_t rate_beside(std::string_view name, std::optional<PcmFormat> sound) {
    if (name == "speex")
        return !sound || sound->rate <= 8000 ? 8000 : sound->rate <= 16000 ? 16000 : 32000;
    return sound ? sound->rate : 0;
}

base::Result<CodecSpec> completed(CodecSpec spec, std::optional<PcmFormat> sound) {
    spec.name = usual_name(spec.name);
    const Codec *codec = find(spec.name);
    if (!codec)
        return base::fail("no such codec here (mediacodec list shows them)");
    if (spec.clock_rate == 0)
        spec.clock_rate = codec->clock_rate != 0 ? codec->clock_rate : rate_beside(spec.name, sound);
    if (spec.clock_rate == 0)
        spec.clock_rate = spec.name == "telephone-event" ? 8000 : 0;
    if (spec.clock_rate == 0)
        return base::fail("this codec needs its rate, as in l16/16000");
    if (spec.channels == 0)
        spec.channels = codec->channels != 0 ? codec->channels : sound ? sound->channels : std::uint8_t{1};
    // RFC 7587 section 4.1: "opus/48000/2" whatever the sound is.
    if (spec.name == "opus" && (spec.clock_rate != 48000 || spec.channels != 2))
        return base::fail("opus is opus/48000/2, whatever its sound");
    // RFC 3551 section 6 gives PCMU and PCMA, which are our own, a clock rate that varies.
    const bool other_rate = codec->clock_rate != 0 && spec.clock_rate != codec->clock_rate;
    if (*codec->library != 0 && (other_rate || spec.channels != codec->channels))
        return base::fail("this codec has another rate or other channels (mediacodec list shows them)");
    if (spec.channels > 2)
        return base::fail("one or two channels");
    return spec;
}

PcmFormat sound_of(const CodecSpec &spec) {
    // RFC 7587 section 6.1: without `stereo` or `sprop-stereo` the sound of Opus is taken to be mono.
    if (spec.name == "opus" && spec.number("stereo") != 1 && spec.number("sprop-stereo") != 1)
        return {spec.clock_rate, 1};
    // RFC 3551 section 4.5.2: G.722 samples at 16000 Hz, but its "RTP clock rate is 8000".
    if (spec.name == "g722")
        return {16000, 1};
    return {spec.clock_rate, spec.channels};
}

base::Result<std::unique_ptr<Decoder>> make_decoder(const CodecSpec &spec, std::optional<PcmFormat> wanted) {
    const Codec *codec = find(spec.name);
    if (codec && codec->missing())
        return base::fail("the library of this codec was missing when this was built");
    if (!codec || !codec->decoder)
        return base::fail("this codec cannot be decoded here");
    return codec->decoder(spec, wanted.value_or(sound_of(spec)));
}

base::Result<std::unique_ptr<Encoder>> make_encoder(const CodecSpec &spec, PcmFormat source) {
    const Codec *codec = find(spec.name);
    if (codec && codec->missing())
        return base::fail("the library of this codec was missing when this was built");
    if (!codec || !codec->encoder)
        return base::fail("this codec cannot be encoded here");
    return codec->encoder(spec, source);
}

bool is_video(const CodecSpec &spec) {
    const Codec *codec = find(usual_name(spec.name));
    return codec && std::string_view(codec->kind) == "video";
}

base::Result<std::unique_ptr<VideoDecoder>> make_video_decoder(const CodecSpec &spec) {
    const Codec *codec = find(spec.name);
    if (codec && codec->missing())
        return base::fail("the library of this codec was missing when this was built");
    if (!codec || !codec->video_decoder)
        return base::fail("this codec cannot be decoded here");
    return codec->video_decoder(spec);
}

base::Result<std::unique_ptr<VideoEncoder>> make_video_encoder(const CodecSpec &spec,
                                                               const VideoFormat &wanted) {
    const Codec *codec = find(spec.name);
    if (codec && codec->missing())
        return base::fail("the library of this codec was missing when this was built");
    if (!codec || !codec->video_encoder)
        return base::fail("this codec cannot be encoded here");
    return codec->video_encoder(spec, wanted);
}

base::Result<VideoFormat> video_format(const CodecSpec &spec) {
    VideoFormat format;
    if (auto size = spec.parameter("size")) {
        const auto [width, height] = base::cut(*size, 'x');
        // Planes of colour have half the sides.
        auto side = [](std::string_view text) {
            const auto n = base::to_uint(text, max_side);
            return n && *n >= 16 && *n % 2 == 0 ? static_cast<std::uint32_t>(*n) : 0;
        };
        format.width = side(width);
        format.height = side(height);
        if (format.width == 0 || format.height == 0)
            return base::fail("the size is WIDTHxHEIGHT, two even numbers of 16 to 4096");
    }
    if (spec.parameter("bitrate")) {
        format.kbit_s = spec.number("bitrate").value_or(0);
        if (format.kbit_s < 10 || format.kbit_s > 100'000)
            return base::fail("the bitrate is 10 to 100000 kbit/s");
    }
    return format;
}

std::uint8_t usual_payload_type(const CodecSpec &spec) {
    for (std::uint8_t type = 0; type < 35; ++type)
        if (auto fixed = wire::rtp::static_codec(type); fixed && fixed->name == spec.name &&
                                                        fixed->clock_rate == spec.clock_rate &&
                                                        fixed->channels == spec.channels)
            return type;
    if (spec.name == "opus")
        return 111;
    return spec.name == "telephone-event" ? 101 : 96;
}

base::Result<std::uint32_t> ptime_of(const CodecSpec &spec) {
    if (!spec.parameter("ptime"))
        return 20;
    auto ms = spec.number("ptime");
    if (!ms || *ms == 0 || *ms > 200)
        return base::fail("the ptime is 1 to 200 ms");
    return *ms;
}

} // namespace cord::io::codec
