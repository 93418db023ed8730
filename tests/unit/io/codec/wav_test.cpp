#include "io/codec/wav.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "tone.hpp"

using namespace cord;
using namespace cord::io::codec;

namespace {

using Octets = std::vector<std::uint8_t>;

void put(Octets &out, std::string_view text) { base::ByteWriter(out).text(text); }
void little(Octets &out, std::uint32_t v, int octets) {
    for (int n = 0; n < octets; ++n)
        out.push_back(static_cast<std::uint8_t>(v >> (8 * n)));
}

/// A WAV with a chunk before and after, as recorders write them.
Octets wav(unsigned tag, unsigned channels, std::uint32_t rate, unsigned bits, const Octets &data,
           std::uint32_t said_length) {
    Octets out;
    put(out, "RIFF");
    little(out, 0, 4);
    put(out, "WAVELIST");
    little(out, 3, 4);
    put(out, "abc");
    out.push_back(0);
    put(out, "fmt ");
    little(out, 16, 4);
    little(out, tag, 2);
    little(out, channels, 2);
    little(out, rate, 4);
    little(out, rate * channels * bits / 8, 4);
    little(out, channels * bits / 8, 2);
    little(out, bits, 2);
    put(out, "data");
    little(out, said_length, 4);
    out.insert(out.end(), data.begin(), data.end());
    return out;
}

Pcm read(WavReader &reader, base::Bytes bytes, std::size_t step) {
    Pcm out;
    for (std::size_t at = 0; at < bytes.size(); at += step)
        REQUIRE(reader.feed(bytes.subspan(at, std::min(step, bytes.size() - at)), out));
    return out;
}

std::string_view refusal(const Octets &bytes) {
    WavReader reader;
    Pcm out;
    auto done = reader.feed(bytes, out);
    REQUIRE_FALSE(done);
    return done.error().text();
}

} // namespace

TEST_CASE("what is written reads back, cut anywhere", "[wav]") {
    const PcmFormat format{16000, 2};
    const Pcm sound = test::tone(format, 440, 0.1);
    Octets bytes = wav_header(format, sound.size() * 2);
    append_wav_samples(bytes, sound);
    WavReader reader;
    CHECK(read(reader, bytes, GENERATE(1u, 7u, 100'000u)) == sound);
    CHECK(reader.format() == format);
    CHECK_FALSE(reader.cut());
}

TEST_CASE("codings of samples become 16 bits", "[wav]") {
    struct Case {
        unsigned tag;
        unsigned bits;
        Octets data;
        Pcm expected;
    };
    const Case c =
        GENERATE(Case{1, 8, {0, 128, 255}, {-32768, 0, 32512}},
                 Case{1, 24, {0x99, 0x34, 0x12, 0x99, 0, 0x80}, {0x1234, -32768}},
                 Case{1, 32, {0x99, 0x99, 0x34, 0x12}, {0x1234}},
                 Case{3, 32, {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0xc0, 0x7f}, {32767, -32767, 0}},
                 Case{6, 8, {0xaa, 0x55}, {32256, -8}}, Case{7, 8, {0x80, 0xff}, {32124, 0}});
    CAPTURE(c.tag, c.bits);
    WavReader reader;
    CHECK(read(reader, wav(c.tag, 1, 8000, c.bits, c.data, static_cast<std::uint32_t>(c.data.size())), 3) ==
          c.expected);
}

TEST_CASE("lengths: unknown in a pipe, followed by more, cut", "[wav]") {
    const Octets data{1, 0, 2, 0, 3, 0};
    for (std::uint32_t unknown : {0u, 0x7ffff000u, 0xffffffffu}) {
        WavReader reader;
        CHECK(read(reader, wav(1, 1, 8000, 16, data, unknown), 5).size() == 3);
        CHECK_FALSE(reader.cut());
    }
    WavReader followed;
    Octets bytes = wav(1, 1, 8000, 16, data, 4);
    CHECK(read(followed, bytes, 5) == Pcm{1, 2});
    CHECK_FALSE(followed.cut());
    WavReader cut;
    CHECK(read(cut, wav(1, 1, 8000, 16, data, 8), 5).size() == 3);
    CHECK(cut.cut());
}

TEST_CASE("the header toward a pipe leaves the length open", "[wav]") {
    WavReader reader;
    Octets bytes = wav_header({8000, 1});
    CHECK(bytes.size() == 44);
    append_wav_samples(bytes, Pcm{1, 2, 3});
    CHECK(read(reader, bytes, 10).size() == 3);
    CHECK_FALSE(reader.cut());
}

TEST_CASE("what is no WAV here is refused with the reason", "[wav]") {
    CHECK(refusal(Octets(20, 'x')) == "no WAV: it does not begin with RIFF and WAVE");
    CHECK(refusal(wav(1, 6, 8000, 16, {}, 0)) == "a WAV of one or two channels is needed");
    CHECK(refusal(wav(1, 1, 10, 16, {}, 0)) == "a WAV of 1000 to 192000 Hz is needed");
    CHECK(refusal(wav(0x55, 1, 8000, 16, {}, 0)) ==
          "the coding of the WAV is not PCM, 32-bit float, A-law or mu-law");
    Octets early;
    put(early, "RIFF0000WAVEdata0000");
    CHECK(refusal(early) == "the WAV has data before its fmt chunk");
    Octets short_format;
    put(short_format, "RIFF0000WAVEfmt ");
    little(short_format, 4, 4);
    CHECK(refusal(short_format) == "the fmt chunk of the WAV is too short or too long");
}
