#include "wire/rtp/rtcp.hpp"

#include "base/text.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::wire::rtp;

namespace {

std::string octets(const char *hex) { return base::from_hex(hex).value(); }

base::Result<RtcpCompound> parse(const std::string &bytes) {
    return RtcpCompound::parse(base::as_bytes(bytes));
}

std::vector<RtcpPart> parts(const std::vector<std::uint8_t> &bytes) {
    auto compound = RtcpCompound::parse(bytes);
    REQUIRE(compound);
    std::vector<RtcpPart> out;
    for (const RtcpPart &part : *compound)
        out.push_back(part);
    return out;
}

} // namespace

TEST_CASE("what is built is what is read", "[rtcp]") {
    std::vector<std::uint8_t> bytes;
    append_sender_report(bytes, {1, 0x0102030405060708, 160, 50, 8000},
                         {{2, 64, -3, 0x10005, 12, 0xaabbccdd, 65536}});
    append_cname(bytes, 1, "user@host");
    append_nack(bytes, 1, 2, {65534, 65535, 5, 40});
    append_pli(bytes, 1, 2);
    append_fir(bytes, 1, {2, 9});
    append_bye(bytes, 1, "done");
    auto p = parts(bytes);
    REQUIRE(p.size() == 6);

    auto info = sender_info(p[0]);
    REQUIRE(info);
    CHECK(info->ntp == 0x0102030405060708);
    CHECK(info->octets == 8000);
    auto blocks = report_blocks(p[0]);
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0].ssrc == 2);
    CHECK(blocks[0].fraction_lost == 64);
    CHECK(blocks[0].cumulative_lost == -3);
    CHECK(blocks[0].delay_since_last_sr == 65536);

    CHECK(cname(p[1]) == "user@host");
    CHECK(is_nack(p[2]));
    CHECK(nack_sequences(p[2]) == std::vector<std::uint16_t>{65534, 65535, 5, 40});
    CHECK(is_pli(p[3]));
    CHECK(media_source(p[3]) == 2);
    CHECK(sender_of(p[3]) == 1);
    CHECK(is_fir(p[4]));
    CHECK_FALSE(is_pli(p[4]));
    REQUIRE(fir_entries(p[4]).size() == 1);
    CHECK(fir_entries(p[4])[0].ssrc == 2);
    CHECK(fir_entries(p[4])[0].sequence == 9);
    CHECK(bye_sources(p[5]) == std::vector<std::uint32_t>{1});
    CHECK(bye_reason(p[5]) == "done");
}

TEST_CASE("REMB", "[rtcp]") {
    const std::string bytes = octets("8fce0005000000010000000052454d42010bd090deadbeef");
    auto compound = parse(bytes);
    REQUIRE(compound);
    RtcpPart part = *compound->begin();
    REQUIRE(is_remb(part));
    // Exponent 2, mantissa 0x3d090.
    CHECK(remb(part)->bits_per_second == 1'000'000);
    CHECK(remb(part)->ssrcs == std::vector<std::uint32_t>{0xdeadbeef});
}

TEST_CASE("padding is not part of the body", "[rtcp]") {
    const std::string bytes = octets("a0c9000200000001aabbcc04");
    auto compound = parse(bytes);
    REQUIRE(compound);
    CHECK((*compound->begin()).body.size() == 4);
}

TEST_CASE("malformed compounds are refused with the offset", "[rtcp]") {
    CHECK(parse("").error().text() == "not RTCP");
    CHECK(parse(octets("8000")).error().text() == "not RTCP");
    CHECK(parse(octets("80c9")).error().text() == "an RTCP header ends early");
    CHECK(parse(octets("80c9000200000001")).error().at == 2);
    CHECK(parse(octets("80c900010000000140ca0000")).error().at == 8);
    CHECK(parse(octets("a0c900010000000481ca0000")).error().text() == "RTCP padding before the last packet");
    CHECK(parse(octets("a0c9000100000009")).error().text() == "the RTCP padding is longer than its packet");
}

TEST_CASE("counts that the body is too short for", "[rtcp]") {
    const std::string report = octets("9fc9000100000001");
    CHECK(report_blocks(*parse(report)->begin()).empty());
    const std::string bye = octets("9fcb000100000001");
    CHECK(bye_sources(*parse(bye)->begin()).size() == 1);
    const std::string sdes = octets("81ca00020000000101ff6162");
    CHECK_FALSE(cname(*parse(sdes)->begin()));
}
