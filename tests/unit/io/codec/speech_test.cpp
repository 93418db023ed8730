// Codecs of libraries: payloads as their RFCs say, speech that comes through as itself, losses that leave no
// hole.
#include <algorithm>

#include "io/codec/codec.hpp"
#include "speech.hpp"
#include "support/catch.hpp"
#include "tone.hpp"

using namespace cord;
using namespace cord::io::codec;
using namespace cord::io::codec::test;

namespace {

using Payloads = std::vector<std::vector<std::uint8_t>>;

CodecSpec spec_of(const char *text) { return completed(CodecSpec::parse(text).value()).value(); }

/// Whether this build has the codec: what is missing cannot be tested.
bool is_here(const char *text) {
    const std::string name = CodecSpec::parse(text)->name;
    return std::ranges::any_of(codecs(), [&](const Codec &c) { return name == c.name && !c.missing(); });
}

Payloads encoded(const char *text, PcmView sound, PcmFormat format) {
    auto encoder = make_encoder(spec_of(text), format).value();
    REQUIRE(encoder->format() == format);
    Payloads out;
    for (; sound.size() >= encoder->payload_frames(); sound = sound.subspan(encoder->payload_frames()))
        REQUIRE(encoder->encode(sound.first(encoder->payload_frames()), out.emplace_back()));
    return out;
}

Pcm decoded(const char *text, const Payloads &payloads, PcmFormat format) {
    auto decoder = make_decoder(spec_of(text), format).value();
    REQUIRE(decoder->format() == format);
    Pcm out;
    for (const auto &payload : payloads)
        REQUIRE(decoder->decode(payload, out));
    return out;
}

} // namespace

TEST_CASE("speech comes through each codec", "[codec]") {
    // The thresholds are some decibels below what the libraries reach, and far above what a wrong bit order
    // or a frame out of step leaves.
    auto [text, rate, octets, least] = GENERATE(table<const char *, std::uint32_t, std::size_t, double>({
        {"pcma", 8000, 160, 25},
        {"opus;maxaveragebitrate=24000", 8000, 0, 6},
        {"g722", 16000, 160, 25},
        {"g722", 8000, 160, 25},
        {"g726-16", 8000, 40, 12},
        {"g726-24", 8000, 60, 15},
        {"g726-32", 8000, 80, 20},
        {"g726-40", 8000, 100, 23},
        {"aal2-g726-32", 8000, 80, 20},
        {"g729", 8000, 20, 2.5},
        {"g729;ptime=30", 8000, 30, 2.5},
        {"gsm", 8000, 33, 8},
        {"gsm;ptime=50", 8000, 66, 8},
        {"speex", 8000, 0, 2.5},
        {"speex/16000", 16000, 0, 6},
        {"speex/32000;ptime=40", 32000, 0, 8},
        {"amr;octet-align=1", 8000, 33, 2.5},
        {"amr", 8000, 32, 2.5},
        {"amr;mode-set=0,2", 8000, 16, 2},
        {"amr;ptime=60;octet-align=1", 8000, 97, 2.5},
        {"amr-wb;octet-align=1", 16000, 62, 8},
        {"amr-wb;mode-set=0,1,2", 16000, 33, 7},
    }));
    if (!is_here(text))
        return;
    CAPTURE(text, rate);
    const Pcm said = speech(rate, 4);
    const Payloads payloads = encoded(text, said, {rate, 1});
    if (octets > 0)
        CHECK(payloads[10].size() == octets);
    const Pcm heard = decoded(text, payloads, {rate, 1});
    const double snr = segmental_snr(heard, said, rate);
    CHECK(snr > least);
}

TEST_CASE("what is not the speech is not taken for it", "[codec]") {
    const Pcm said = speech(8000, 4);
    CHECK(segmental_snr(said, said, 8000) == 35);
    CHECK(segmental_snr(tone({8000, 1}, 200, 4), said, 8000) < 1);
    CHECK(segmental_snr(Pcm(said.size()), said, 8000) < 1);
    // Codes unpacked from the wrong end of their octets.
    if (is_here("g726-32"))
        CHECK(segmental_snr(decoded("aal2-g726-32", encoded("g726-32", said, {8000, 1}), {8000, 1}), said,
                            8000) < 3);
}

TEST_CASE("speech outlives a lost payload in ten", "[codec]") {
    auto [text, rate, least] = GENERATE(table<const char *, std::uint32_t, double>({{"g722", 16000, 12},
                                                                                    {"g726-32", 8000, 10},
                                                                                    {"g729", 8000, 1.5},
                                                                                    {"gsm", 8000, 5},
                                                                                    {"speex", 8000, 1},
                                                                                    {"amr", 8000, 1},
                                                                                    {"amr-wb", 16000, 3}}));
    if (!is_here(text))
        return;
    CAPTURE(text);
    const Pcm said = speech(rate, 4);
    auto decoder = make_decoder(spec_of(text), PcmFormat{rate, 1}).value();
    Pcm heard;
    std::size_t n = 0;
    for (const auto &payload : encoded(text, said, {rate, 1}))
        if (n++ % 10 == 9)
            decoder->conceal(rate / 50, {}, heard);
        else
            REQUIRE(decoder->decode(payload, heard));
    CHECK(heard.size() == n * rate / 50);
    const double snr = segmental_snr(heard, said, rate);
    CHECK(snr > least);
}

TEST_CASE("payloads of no codec are errors, and decoding goes on", "[codec]") {
    auto [text, bad, why] = GENERATE(table<const char *, std::size_t, const char *>({
        {"gsm", 32, "the payload is not whole GSM frames"},
        {"gsm", 33, "no GSM frame"}, // without its signature
        {"g729", 13, "the payload is not whole G.729 frames"},
        {"g729", 0, "the payload is not whole G.729 frames"},
        {"g726-24", 20, "the payload is not whole G.726 codes"},
        {"g722", 0, "the payload is empty"},
        {"speex", 0, "no Speex frame"},
        {"amr;octet-align=1", 10, "the AMR payload is shorter than its frames"},
        {"amr-wb", 10, "the AMR payload is shorter than its frames"},
    }));
    if (!is_here(text))
        return;
    CAPTURE(text, bad);
    auto decoder = make_decoder(spec_of(text)).value();
    Pcm out;
    auto done = decoder->decode(std::vector<std::uint8_t>(bad), out);
    REQUIRE_FALSE(done);
    CHECK(done.error().text() == why);
    CHECK(out.empty());
    const PcmFormat format = decoder->format();
    for (const auto &payload : encoded(text, speech(format.rate, 0.2), format))
        REQUIRE(decoder->decode(payload, out));
    CHECK(out.size() == format.rate / 5);
}

TEST_CASE("comfort noise ends a G.729 payload", "[codec]") {
    if (!is_here("g729"))
        return;
    auto decoder = make_decoder(spec_of("g729")).value();
    Payloads payloads = encoded("g729", speech(8000, 0.1), {8000, 1});
    payloads.back().insert(payloads.back().end(), {0x12, 0x34});
    Pcm out;
    REQUIRE(decoder->decode(payloads.back(), out));
    CHECK(out.size() == 3 * 80);
    REQUIRE(decoder->decode(std::vector<std::uint8_t>{0x12, 0x34}, out));
    CHECK(out.size() == 4 * 80);
}

TEST_CASE("codecs are silent where nothing is said, if they may", "[codec]") {
    for (const char *text : {"amr;usedtx=1", "amr-wb;usedtx=1", "opus;usedtx=1", "speex;usedtx=1"}) {
        if (!is_here(text))
            continue;
        CAPTURE(text);
        const std::uint32_t rate = make_decoder(spec_of(text), PcmFormat{8000, 1}).value()->format().rate;
        Pcm sound = speech(rate, 1);
        sound.resize(sound.size() + 2 * rate);
        const Payloads payloads = encoded(text, sound, {rate, 1});
        CHECK(std::ranges::count_if(payloads, [](const auto &p) { return p.empty(); }) > 60);
        CHECK(std::ranges::count_if(payloads, [](const auto &p) { return p.size() > 12; }) > 35);
    }
}

TEST_CASE("specs of these codecs are completed or refused with the reason", "[codec]") {
    auto refused = [](const char *text) { return completed(CodecSpec::parse(text).value()).error().text(); };
    CHECK(completed(CodecSpec::parse("g722").value())->text() == "g722/8000");
    CHECK(completed(CodecSpec::parse("speex").value())->text() == "speex/8000");
    CHECK(completed(CodecSpec::parse("speex").value(), PcmFormat{44100, 2})->text() == "speex/32000");
    CHECK(completed(CodecSpec::parse("AMR-WB").value())->text() == "amr-wb/16000");
    CHECK(refused("gsm/16000") ==
          "this codec has another rate or other channels (mediacodec list shows them)");
    CHECK(refused("amr/8000/2") ==
          "this codec has another rate or other channels (mediacodec list shows them)");
    CHECK(make_decoder(spec_of("ilbc")).error().text() ==
          "the library of this codec was missing when this was built");
    if (is_here("speex"))
        CHECK(make_encoder(spec_of("speex/11025"), {8000, 1}).error().text() ==
              "the rate of speex is 8000, 16000 or 32000");
    if (is_here("amr")) {
        CHECK(make_decoder(spec_of("amr;crc=1")).error().text() ==
              "AMR with crc, robust-sorting or interleaving is not known here");
        CHECK(make_encoder(spec_of("amr;mode-set=9"), {8000, 1}).error().text() ==
              "the mode-set of AMR names no mode");
    }
    CHECK(usual_payload_type(spec_of("g729")) == 18);
    CHECK(usual_payload_type(spec_of("g722")) == 9);
}
