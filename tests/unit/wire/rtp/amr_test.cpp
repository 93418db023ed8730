#include "wire/rtp/amr.hpp"

#include "support/catch.hpp"

using namespace cord;
using namespace cord::wire::rtp;

namespace {

using Octets = std::vector<std::uint8_t>;

/// A frame whose every bit is 1, so that each stray bit shows.
AmrFrame ones(AmrBand band, std::uint8_t type) {
    AmrFrame frame{type, true, {}};
    const std::size_t bits = amr_bits(band, type).value();
    frame.speech.assign((bits + 7) / 8, 0xff);
    if (bits % 8 != 0)
        frame.speech.back() = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
    return frame;
}

Octets written(const AmrPayload &payload, AmrLayout layout) {
    Octets out;
    append_amr(out, payload, layout);
    return out;
}

} // namespace

TEST_CASE("RFC 4867 section 4.3.5.1: one frame, bandwidth-efficient", "[amr]") {
    const AmrLayout layout{AmrBand::narrow, false};
    const Octets out = written({15, {ones(AmrBand::narrow, 4)}}, layout);
    // CMR=15, F=0, FT=4, Q=1, 148 bits of speech, two of padding.
    REQUIRE(out.size() == 20);
    CHECK(out[0] == 0xf2);
    CHECK(out[1] == 0x7f);
    CHECK(out[19] == 0xfc);
    CHECK(parse_amr(out, layout) == AmrPayload{15, {ones(AmrBand::narrow, 4)}});
}

TEST_CASE("RFC 4867 section 4.3.5.2: four frames, one of them without speech", "[amr]") {
    const AmrLayout layout{AmrBand::wide, false};
    const AmrPayload payload{
        1, {ones(AmrBand::wide, 0), ones(AmrBand::wide, 9), AmrFrame{}, ones(AmrBand::wide, 1)}};
    const Octets out = written(payload, layout);
    // CMR=1; 1,0,1; 1,9,1; 1,15,1; 0,1,1; then 132 + 40 + 177 bits, and seven of padding.
    REQUIRE(out.size() == 48);
    CHECK(Octets(out.begin(), out.begin() + 4) == Octets{0x18, 0x73, 0xfc, 0x3f});
    CHECK(out[47] == 0x80);
    CHECK(parse_amr(out, layout) == payload);
}

TEST_CASE("octet-aligned payloads", "[amr]") {
    const AmrLayout layout{AmrBand::narrow, true};
    const AmrPayload payload{2, {ones(AmrBand::narrow, 7), AmrFrame{0, false, Octets(12)}}};
    Octets out = written(payload, layout);
    // Section 4.4: CMR and R; F, FT, Q and P; each frame filled up to octets.
    REQUIRE(out.size() == 1 + 2 + 31 + 12);
    CHECK(out[0] == 0x20);
    CHECK(out[1] == 0xbc);
    CHECK(out[2] == 0x00);
    CHECK(out[33] == 0xf0);
    out[0] |= 0x0f;
    out[1] |= 0x03;
    CHECK(parse_amr(out, layout) == payload);
}

TEST_CASE("payloads that are none", "[amr]") {
    auto refusal = [](const Octets &payload, AmrLayout layout) {
        auto parsed = parse_amr(payload, layout);
        REQUIRE_FALSE(parsed);
        return parsed.error().text();
    };
    const AmrLayout narrow{AmrBand::narrow, true};
    CHECK(refusal({}, narrow) == "no table of contents of AMR");
    CHECK(refusal({0xf0}, narrow) == "no table of contents of AMR");
    CHECK(refusal({0xf0, 0x80}, narrow) == "no table of contents of AMR");
    CHECK(refusal({0xf0, 9 << 3}, narrow) == "no table of contents of AMR");
    CHECK(refusal({0xf0, 14 << 3}, narrow) == "no table of contents of AMR");
    CHECK(refusal({0xf0, 10 << 3}, {AmrBand::wide, true}) == "no table of contents of AMR");
    CHECK(refusal({0xf0, 0x04, 1, 2, 3}, narrow) == "the AMR payload is shorter than its frames");
    Octets many(60, 0xfc);
    many.back() = 0x7c;
    CHECK(refusal(many, narrow) == "no table of contents of AMR");
    CHECK(parse_amr(Octets{0xf0, 14 << 3}, {AmrBand::wide, true})->frames.front().speech.empty());
}

TEST_CASE("a mode request in RTCP reads back", "[amr]") {
    Octets out;
    append_mode_request(out, 15);
    auto parts = RtcpCompound::parse(out);
    REQUIRE(parts);
    CHECK(mode_request(*parts->begin()) == 15);
    out[8] = 'X';
    CHECK_FALSE(mode_request(*RtcpCompound::parse(out)->begin()));
}
