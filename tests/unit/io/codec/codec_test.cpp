#include "io/codec/codec.hpp"

#include <algorithm>

#include "io/codec/converter.hpp"
#include "support/catch.hpp"
#include "tone.hpp"

using namespace cord;
using namespace cord::io::codec;
using namespace cord::io::codec::test;

namespace {

CodecSpec spec_of(const char *text, PcmFormat sound) {
    return completed(CodecSpec::parse(text).value(), sound).value();
}

/// A tone through encoder and decoder of one spec, losing the packets that `lost` names.
Pcm through(const CodecSpec &spec, PcmFormat sound, double hertz, bool (*lost)(std::size_t)) {
    auto encoder = make_encoder(spec, sound).value();
    auto decoder = make_decoder(spec, sound).value();
    const Pcm in = tone(encoder->format(), hertz, 2);
    const std::size_t step = encoder->payload_frames() * encoder->format().channels;
    std::vector<std::vector<std::uint8_t>> payloads;
    for (std::size_t at = 0; at + step <= in.size(); at += step) {
        payloads.emplace_back();
        REQUIRE(encoder->encode(PcmView(in).subspan(at, step), payloads.back()));
    }
    Pcm out;
    for (std::size_t n = 0; n < payloads.size(); ++n)
        if (lost(n) && n + 1 < payloads.size())
            decoder->conceal(encoder->payload_frames() * decoder->format().rate / encoder->format().rate,
                             lost(n + 1) ? base::Bytes{} : base::Bytes(payloads[n + 1]), out);
        else
            REQUIRE(decoder->decode(payloads[n], out));
    return channel(out, decoder->format().channels, 0);
}

bool none(std::size_t) { return false; }
bool each_tenth(std::size_t n) { return n % 10 == 9; }

} // namespace

TEST_CASE("a tone comes through each codec as that tone", "[codec]") {
    auto [text, format, least_snr] = GENERATE(table<const char *, PcmFormat, double>({
        {"pcma", {8000, 1}, 35},
        {"pcmu", {8000, 1}, 35},
        {"pcmu;ptime=30", {8000, 1}, 35},
        {"l16", {16000, 1}, 70},
        {"l16", {44100, 2}, 70},
        {"opus", {8000, 1}, 15},
        {"opus;complexity=5", {8000, 1}, 15},
        {"opus;ptime=60;useinbandfec=1", {16000, 1}, 15},
        {"opus", {48000, 1}, 15},
        {"opus;stereo=1", {48000, 2}, 15},
    }));
    CAPTURE(text, format.rate);
    const Pcm out = through(spec_of(text, format), format, 1000, none);
    const ToneFit fit = fit_tone(middle(out, format.rate, 0.2), format.rate, 1000);
    CHECK(fit.snr_db > least_snr);
    CHECK(fit.amplitude == Approx(8000).epsilon(0.15));
    // The measure itself: another tone is not taken for this one.
    CHECK(fit_tone(middle(out, format.rate, 0.2), format.rate, 1100).snr_db < -10);
}

TEST_CASE("a lost packet in ten leaves no hole in a tone", "[codec]") {
    // Opus fades a guess quickly, unless the next packet repeats what was lost (in-band FEC).
    auto [text, format, least] = GENERATE(table<const char *, PcmFormat, double>(
        {{"pcma", {8000, 1}, 7000},
         {"pcmu", {8000, 1}, 7000},
         {"l16", {8000, 1}, 7000},
         {"opus", {8000, 1}, 300},
         {"opus;useinbandfec=1;maxaveragebitrate=24000", {16000, 1}, 1200}}));
    CAPTURE(text);
    const Pcm out = through(spec_of(text, format), format, 440, each_tenth);
    CHECK(out.size() == 2 * format.rate);
    CHECK(quietest(middle(out, format.rate, 0.2), format.rate) > least);
    // A waveform's period is repeated in phase; Opus guesses with a phase of its own.
    if (text[0] != 'o')
        CHECK(fit_tone(middle(out, format.rate, 0.2), format.rate, 440).snr_db > 20);
}

TEST_CASE("a long loss fades to silence", "[codec]") {
    const PcmFormat format{8000, 1};
    auto decoder = make_decoder(spec_of("pcma", format)).value();
    auto encoder = make_encoder(spec_of("pcma", format), format).value();
    std::vector<std::uint8_t> payload;
    Pcm out;
    REQUIRE(encoder->encode(tone(format, 400, 0.02), payload));
    for (int n = 0; n < 3; ++n)
        REQUIRE(decoder->decode(payload, out));
    out.clear();
    decoder->conceal(8000 / 10, {}, out);
    REQUIRE(out.size() == 800);
    CHECK(fit_tone(PcmView(out).first(80), 8000, 400).amplitude > 6000);
    CHECK(std::all_of(out.begin() + 480, out.end(), [](std::int16_t s) { return s == 0; }));
}

TEST_CASE("Opus beside G.711 is opened at its rate", "[codec]") {
    const CodecSpec opus = spec_of("opus", {8000, 1});
    CHECK(opus.clock_rate == 48000);
    CHECK(make_encoder(opus, {8000, 1}).value()->format() == PcmFormat{8000, 1});
    CHECK(make_decoder(opus, PcmFormat{8000, 1}).value()->format() == PcmFormat{8000, 1});
    CHECK(make_decoder(opus).value()->format() == PcmFormat{48000, 1});
    CHECK(make_decoder(spec_of("opus;sprop-stereo=1", {})).value()->format() == PcmFormat{48000, 2});
    CHECK(make_encoder(opus, {44100, 2}).value()->format() == PcmFormat{48000, 2});
}

TEST_CASE("specs are completed or refused with the reason", "[codec]") {
    auto refused = [](const char *text) { return completed(CodecSpec::parse(text).value()).error().text(); };
    CHECK(completed(CodecSpec::parse("pcma").value())->text() == "pcma/8000");
    CHECK(completed(CodecSpec::parse("l16").value(), PcmFormat{16000, 2})->text() == "l16/16000/2");
    CHECK(completed(CodecSpec::parse("telephone-event").value())->text() == "telephone-event/8000");
    CHECK(refused("evs") == "no such codec here (mediacodec list shows them)");
    CHECK(refused("l16") == "this codec needs its rate, as in l16/16000");
    CHECK(refused("opus/8000") == "opus is opus/48000/2, whatever its sound");
    CHECK(refused("l16/8000/6") == "one or two channels");
    auto encoder = [](const char *text) {
        return make_encoder(completed(CodecSpec::parse(text).value()).value(), {48000, 1}).error().text();
    };
    CHECK(encoder("opus;ptime=30") == "the ptime of opus is 5, 10, 20, 40, 60, 80, 100 or 120");
    CHECK(encoder("opus;complexity=11") == "maxaveragebitrate is 6000 to 510000, complexity 0 to 10");
    CHECK(encoder("pcma;ptime=0") == "the ptime is 1 to 200 ms");
    CHECK(encoder("l16/192000/2;ptime=200") == "a payload of that ptime is larger than a datagram");
    CHECK(encoder("telephone-event") == "this codec cannot be encoded here");
    CHECK(usual_payload_type(completed(CodecSpec::parse("l16/44100/2").value()).value()) == 10);
    CHECK(usual_payload_type(completed(CodecSpec::parse("opus").value()).value()) == 111);
}

TEST_CASE("damaged payloads are errors, and decoding goes on", "[codec]") {
    Pcm out;
    auto l16 = make_decoder(spec_of("l16", {8000, 1})).value();
    CHECK(l16->decode(base::as_bytes("abc"), out).error().text() == "the payload is not whole samples");
    auto opus = make_decoder(spec_of("opus", {})).value();
    // Code 3 packets need a frame count.
    CHECK(opus->decode(base::as_bytes("\xff"), out).error().text() == "no Opus packet");
    CHECK(out.empty());
    std::vector<std::uint8_t> payload;
    REQUIRE(
        make_encoder(spec_of("opus", {}), {48000, 1}).value()->encode(tone({48000, 1}, 440, 0.02), payload));
    CHECK(opus->decode(payload, out));
    CHECK(out.size() == 960);
}

TEST_CASE("resampling keeps a tone, its place and its length", "[codec]") {
    auto [from, to] = GENERATE(table<PcmFormat, PcmFormat>({
        {{8000, 1}, {48000, 1}},
        {{48000, 2}, {8000, 1}},
        {{44100, 1}, {8000, 2}},
        {{16000, 1}, {44100, 1}},
        {{48000, 1}, {48000, 2}},
    }));
    CAPTURE(from.rate, to.rate);
    const Pcm in = tone(from, 1000, 1);
    Converter converter(from, to);
    Pcm out;
    // In pieces of a length that divides nothing.
    for (std::size_t at = 0; at < in.size(); at += 62)
        converter.convert(PcmView(in).subspan(at, std::min<std::size_t>(62, in.size() - at)), out);
    converter.finish(out);
    const Pcm mono = channel(out, to.channels, 0);
    CHECK(mono.size() == Approx(to.rate).margin(to.rate / 1000.0));
    const ToneFit fit = fit_tone(middle(mono, to.rate, 0.05), to.rate, 1000);
    CHECK(fit.snr_db > 50);
    CHECK(fit.amplitude == Approx(8000).epsilon(0.02));
    const Pcm expected = channel(tone(to, 1000, 1), to.channels, 0);
    Pcm difference;
    for (std::size_t n = 0; n < std::min(mono.size(), expected.size()); ++n)
        difference.push_back(static_cast<std::int16_t>(mono[n] - expected[n]));
    CHECK(fit_tone(middle(difference, to.rate, 0.05), to.rate, 1000).amplitude < 800);
}
