#include "wire/rtp/h263.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace cord;
using namespace cord::wire::rtp;
using Octets = std::vector<std::uint8_t>;

namespace {

/// A picture of CIF, predicted, with free vectors, and a group of blocks at each of these octets.
Octets picture_of(std::size_t octets, const std::vector<std::size_t> &groups) {
    Octets out(octets, 0x55);
    const Octets header{0, 0, 0x80, 0x02, 0x0f, 0x40};
    std::copy(header.begin(), header.end(), out.begin());
    for (std::size_t at : groups)
        std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(at), 3, std::uint8_t{0});
    for (std::size_t at : groups)
        out[at + 2] = 0x84;
    return out;
}

} // namespace

TEST_CASE("RFC 4629: a picture comes out of its payloads as it was", "[h263]") {
    const Octets picture = picture_of(500, {90, 180, 270});
    std::vector<Octets> payloads;
    pack_h263_plus(picture, 102, payloads);
    Octets out;
    std::vector<bool> starts;
    for (const Octets &payload : payloads) {
        CHECK(payload.size() <= 102);
        auto piece = parse_h263_plus(payload);
        REQUIRE(piece);
        CHECK(piece->begins_picture() == starts.empty());
        starts.push_back(piece->starts);
        out.insert(out.end(), piece->starts ? 2 : 0, 0);
        out.insert(out.end(), piece->data.begin(), piece->data.end());
    }
    // Cut before start codes as long as there are some.
    CHECK(starts == std::vector<bool>{true, true, true, true, false, false});
    CHECK(out == picture);
}

TEST_CASE("RFC 4629 section 5.1: what may stand before the data", "[h263]") {
    struct Case {
        Octets payload;
        bool starts;
        bool picture;
    };
    const Case c = GENERATE(Case{{0x04, 0x00, 0x80, 'x'}, true, true},               // P
                            Case{{0x04, 0x00, 0x84, 'x'}, true, false},              // of a group of blocks
                            Case{{0x00, 0x00, 0x80, 'x'}, false, false},             // follows
                            Case{{0x06, 0x00, 0x13, 0x82, 'x'}, true, true},         // V
                            Case{{0x04, 0x12, 0x80, 0x02, 0x84, 'x'}, true, false}); // PLEN 2, PEBIT 2
    auto piece = parse_h263_plus(c.payload);
    REQUIRE(piece);
    CHECK(piece->starts == c.starts);
    CHECK(piece->begins_picture() == c.picture);
    CHECK(piece->data.back() == 'x');
    CHECK(piece->data.size() == 2);
    for (const Octets &cut : {Octets{}, Octets{0x04}, Octets{0x06, 0x00}, Octets{0x04, 0x18, 1, 2}})
        CHECK_FALSE(parse_h263_plus(cut));
}

TEST_CASE("RFC 2190: a picture is cut between groups of blocks", "[h263]") {
    const Octets picture = picture_of(500, {40, 80, 170, 380});
    std::vector<Octets> payloads;
    pack_h263(picture, 104, payloads);
    std::vector<std::size_t> lengths;
    Octets out;
    for (const Octets &payload : payloads) {
        // Mode A: source format 3, inter-coded, free vectors, no arithmetic coding, advanced prediction.
        CHECK(payload[0] == 0);
        CHECK(payload[1] == 0x78 + 0x02);
        auto piece = parse_h263(payload);
        REQUIRE(piece);
        CHECK(piece->begins_picture() == out.empty());
        lengths.push_back(piece->data.size());
        out.insert(out.end(), piece->data.begin(), piece->data.end());
    }
    // One group is longer than a payload should be.
    CHECK(lengths == std::vector<std::size_t>{80, 90, 210, 120});
    CHECK(out == picture);
    payloads.clear();
    pack_h263(Octets(50, 1), 104, payloads);
    pack_h263({}, 104, payloads);
    CHECK(payloads.empty());
}

TEST_CASE("RFC 2190 section 5: headers of the three modes", "[h263]") {
    Octets a(4), b(8), c(12);
    a[0] = 0x15; // SBIT 2, EBIT 5
    b[0] = 0x80;
    c[0] = 0xc0;
    for (Octets *payload : {&a, &b, &c}) {
        CHECK_FALSE(parse_h263(*payload));
        payload->push_back('x');
        auto piece = parse_h263(*payload);
        REQUIRE(piece);
        CHECK(base::as_text(piece->data) == "x");
    }
    CHECK(parse_h263(a)->first_bits == 2);
    CHECK(parse_h263(a)->last_bits == 5);
}
