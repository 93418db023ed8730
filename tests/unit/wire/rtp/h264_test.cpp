#include "wire/rtp/h264.hpp"

#include "support/catch.hpp"

using namespace cord;
using namespace cord::wire::rtp;
using Octets = std::vector<std::uint8_t>;

namespace {

/// A unit of this first octet, no octet of which is 0.
Octets unit_of(std::uint8_t first, std::size_t octets) {
    Octets out(octets, 0xff);
    out[0] = first;
    for (std::size_t n = 1; n < octets; ++n)
        out[n] = static_cast<std::uint8_t>(0x80 | n);
    return out;
}

Octets stream_of(const std::vector<Octets> &units) {
    Octets out;
    for (const Octets &unit : units)
        append_nal_unit(out, unit);
    return out;
}

std::vector<Octets> packed(const Octets &stream, PacketizationMode mode) {
    std::vector<Octets> out;
    pack_h264(nal_units(stream), mode, 100, out);
    return out;
}

base::Result<Octets> unpacked(const std::vector<Octets> &payloads) {
    Octets out;
    H264Unpacker unpacker;
    for (const Octets &payload : payloads)
        if (auto done = unpacker.unpack(payload, out); !done)
            return tl::unexpected(done.error());
    return out;
}

const std::vector<Octets> access_unit{unit_of(0x67, 20), unit_of(0x68, 5), unit_of(0x65, 500),
                                      unit_of(0x41, 90), unit_of(0x06, 9), unit_of(0x41, 40)};

} // namespace

TEST_CASE("units of a byte stream, with start codes of both lengths and zeros after them", "[h264]") {
    const Octets stream{9, 9, 0, 0, 1, 0x67, 1, 0, 2, 0, 0, 0, 0, 1, 0x68, 3, 0, 0, 1, 0, 0, 1, 0x65};
    std::vector<Octets> units;
    for (base::Bytes unit : nal_units(stream))
        units.emplace_back(unit.begin(), unit.end());
    CHECK(units == std::vector<Octets>{{0x67, 1, 0, 2}, {0x68, 3}, {0x65}});
    CHECK(nal_units({}).empty());
    CHECK(nal_units(Octets{0, 0, 1}).empty());
}

TEST_CASE("RFC 6184: an access unit comes out of its payloads as it was", "[h264]") {
    const Octets stream = stream_of(access_unit);
    const auto payloads = packed(stream, PacketizationMode::non_interleaved);
    std::vector<int> types;
    for (const Octets &payload : payloads) {
        CHECK(payload.size() <= 100);
        types.push_back(payload[0] & 0x1f);
    }
    // Parameters together, the key slice in six pieces, a slice alone, and two units together.
    CHECK(types == std::vector<int>{24, 28, 28, 28, 28, 28, 28, 1, 24});
    CHECK(*unpacked(payloads) == stream);
}

TEST_CASE("section 5.7: an aggregation packet has the highest NRI, and the F of any", "[h264]") {
    const auto payloads = packed(stream_of({unit_of(0x01, 5), unit_of(0xa1, 5), unit_of(0x41, 5)}),
                                 PacketizationMode::non_interleaved);
    REQUIRE(payloads.size() == 1);
    CHECK(payloads[0][0] == (0x80 | 0x40 | 24));
    CHECK(payloads[0][1] == 0);
    CHECK(payloads[0][2] == 5);
}

TEST_CASE("section 5.8: the bits of fragments", "[h264]") {
    const auto payloads =
        packed(stream_of({unit_of(0x65, 1 + 98 * 2 + 1)}), PacketizationMode::non_interleaved);
    REQUIRE(payloads.size() == 3);
    CHECK(payloads[0][0] == 0x7c);
    CHECK(payloads[0][1] == 0x85);
    CHECK(payloads[1][1] == 0x05);
    CHECK(payloads[2][1] == 0x45);
    CHECK(payloads[2].size() == 3);
}

TEST_CASE("section 6.2: single NAL unit mode packs nothing together and fragments nothing", "[h264]") {
    const Octets stream = stream_of(access_unit);
    const auto payloads = packed(stream, PacketizationMode::single_unit);
    CHECK(payloads == access_unit);
    CHECK(*unpacked(payloads) == stream);
    // But for what no datagram holds.
    CHECK(packed(stream_of({unit_of(0x65, 70'000)}), PacketizationMode::single_unit).size() > 1);
}

TEST_CASE("section 5.4: reserved types are passed over, interleaved ones refused", "[h264]") {
    const Octets unit = unit_of(0x41, 9);
    CHECK(*unpacked({{0}, {30, 1}, {31}, unit, {24, 0, 1, 30, 0, 1, 0x41}}) == stream_of({unit, {0x41}}));
    for (std::uint8_t type : {25, 26, 27, 29})
        CHECK_FALSE(unpacked({{type, 0, 0, 0, 1, 0x41}}));
}

TEST_CASE("what is no payload of H.264", "[h264]") {
    for (const Octets &payload :
         {Octets{}, Octets{28}, Octets{28, 0x05, 1}, Octets{28, 0x80, 1}, Octets{28, 0x9c, 1}, Octets{24, 0},
          Octets{24, 0, 0}, Octets{24, 0, 5, 0x41}})
        CHECK_FALSE(unpacked({payload}));
    // A fragment whose beginning was followed by another unit.
    CHECK_FALSE(unpacked({{28, 0x85, 1}, unit_of(0x41, 9), {28, 0x45, 1}}));
    CHECK_FALSE(unpacked({{28, 0x85, 1}, {28, 0x45, 1}, {28, 0x45, 1}}));
    CHECK(*unpacked({{28, 0xc5, 7}}) == stream_of({{0x05, 7}}));
}

TEST_CASE("where a picture can begin", "[h264]") {
    for (const Octets &payload : {Octets{0x67, 1}, Octets{0x65, 0x88}, Octets{0x41, 0x9a}, Octets{0x09, 0x10},
                                  Octets{0x7c, 0x85, 0x88}, Octets{0x78, 0, 2, 0x67, 1}})
        CHECK(H264Unpacker::can_begin(payload));
    for (const Octets &payload : {Octets{}, Octets{0x65}, Octets{0x65, 0x40}, Octets{0x41, 0x01},
                                  Octets{0x7c, 0x05, 0x88}, Octets{0x7c, 0x85, 0x08}, Octets{0x7c, 0x85},
                                  Octets{0x78, 0, 2, 0x41, 1}, Octets{0x78, 0, 2}, Octets{0x43, 0x80}})
        CHECK_FALSE(H264Unpacker::can_begin(payload));
}
