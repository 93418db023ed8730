#include "wire/rtp/vp8.hpp"

#include "support/catch.hpp"

using namespace cord;
using namespace cord::wire::rtp;
using Octets = std::vector<std::uint8_t>;

TEST_CASE("RFC 7741 section 4.2: descriptors of each form", "[vp8]") {
    struct Case {
        Octets payload;
        bool begins;
        std::optional<std::uint16_t> picture;
    };
    const Case c = GENERATE(Case{{0x10, 'x'}, true, {}},                           // S alone
                            Case{{0x00, 'x'}, false, {}},                          // a piece
                            Case{{0x11, 'x'}, false, {}},                          // partition 1
                            Case{{0x90, 0x80, 0x11, 'x'}, true, 0x11},             // 7 bits
                            Case{{0x90, 0x80, 0x92, 0x34, 'x'}, true, 0x1234},     // 15 bits
                            Case{{0x90, 0xe0, 0x80, 0x01, 7, 0x20, 'x'}, true, 1}, // I, L and T
                            Case{{0x90, 0x10, 0x01, 'x'}, true, {}},               // K
                            Case{{0xb8, 0x00, 'x'}, true, {}});                    // reserved, N
    CAPTURE(c.payload.size());
    auto parsed = parse_vp8(c.payload);
    REQUIRE(parsed);
    CHECK(parsed->begins_frame == c.begins);
    CHECK(parsed->picture_id == c.picture);
    CHECK(base::as_text(parsed->data) == "x");
}

TEST_CASE("a descriptor reads back", "[vp8]") {
    Octets out;
    append_vp8_descriptor(out, true, 0x7fff);
    out.push_back(0x01);
    auto parsed = parse_vp8(out);
    REQUIRE(parsed);
    CHECK(parsed->begins_frame);
    CHECK(parsed->picture_id == 0x7fff);
}

TEST_CASE("RFC 6386 section 9.1: a key frame tells its size", "[vp8]") {
    Octets frame{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0xe0, 0x01};
    CHECK(vp8_key_frame(frame) == Vp8Size{640, 480}); // the bits above are of scaling
    CHECK_FALSE(vp8_key_frame(base::Bytes(frame).first(9)));
    frame[0] |= 1;
    CHECK_FALSE(vp8_key_frame(frame));
}

TEST_CASE("payloads that end in their descriptor", "[vp8]") {
    for (const Octets &payload : {Octets{}, Octets{0x10}, Octets{0x90}, Octets{0x90, 0x80},
                                  Octets{0x90, 0x80, 0x80}, Octets{0x90, 0xe0, 1, 2, 3}})
        CHECK_FALSE(parse_vp8(payload));
}
