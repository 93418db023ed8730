#include "wire/rtp/packet.hpp"

#include "base/text.hpp"
#include "support/catch.hpp"
#include "wire/rtp/sequence.hpp"
#include "wire/rtp/telephone_event.hpp"

using namespace cord;
using namespace cord::wire::rtp;

namespace {

std::string octets(const char *hex) { return base::from_hex(hex).value(); }

base::Result<Packet> parse(const std::string &bytes) { return Packet::parse(base::as_bytes(bytes)); }

} // namespace

TEST_CASE("a plain packet", "[rtp]") {
    const std::string bytes = octets("80e0000100000140deadbeef") + "payload";
    auto packet = parse(bytes);
    REQUIRE(packet);
    CHECK(packet->marker());
    CHECK(packet->payload_type() == 96);
    CHECK(packet->sequence() == 1);
    CHECK(packet->timestamp() == 320);
    CHECK(packet->ssrc() == 0xdeadbeef);
    CHECK(packet->csrc_count() == 0);
    CHECK_FALSE(packet->has_extension());
    CHECK(base::as_text(packet->payload()) == "payload");
}

TEST_CASE("CSRCs, a one-byte extension and padding", "[rtp]") {
    const std::string bytes = octets("b26f00020000014011111111"
                                     "2222222233333333"
                                     "bede0002"
                                     "10ff0031aabb0000") +
                              "voice" + octets("000003");
    auto packet = parse(bytes);
    REQUIRE(packet);
    CHECK(packet->csrc_count() == 2);
    CHECK(packet->csrc(1) == 0x33333333);
    CHECK(packet->extension_profile() == 0xbede);
    CHECK(base::to_hex(packet->element(1).value()) == "ff");
    CHECK(base::to_hex(packet->element(3).value()) == "aabb");
    CHECK_FALSE(packet->element(2));
    CHECK(base::as_text(packet->payload()) == "voice");
    CHECK(packet->padding() == 3);
}

TEST_CASE("two-byte extension elements may be empty or long", "[rtp]") {
    const std::string bytes = octets("900000020000014011111111100000021000"
                                     "1402abcd0000");
    auto packet = parse(bytes);
    REQUIRE(packet);
    CHECK(packet->element(16)->empty());
    CHECK(base::to_hex(packet->element(20).value()) == "abcd");
    CHECK(packet->payload().empty());
}

TEST_CASE("id 15 ends the one-byte form", "[rtp]") {
    const std::string bytes = octets("900000020000014011111111bede0001f0102011");
    auto packet = parse(bytes);
    REQUIRE(packet);
    CHECK_FALSE(packet->element(1));
    CHECK_FALSE(packet->element(15));
}

TEST_CASE("malformed packets are refused with the offset", "[rtp]") {
    CHECK(parse("").error().text() == "shorter than an RTP header");
    CHECK(parse(octets("40e0000100000140deadbeef")).error().text() == "not RTP version 2");
    CHECK(parse(octets("90e0000100000140deadbeef")).error().at == 12);
    CHECK(parse(octets("90e0000100000140deadbeefbede000100")).error().text() == "the RTP header ends early");
    CHECK(parse(octets("a0e0000100000140deadbeef00")).error().text() ==
          "the RTP padding is longer than the packet");
    CHECK(parse(octets("a0e0000100000140deadbeef02")).error().text() ==
          "the RTP padding is longer than the packet");
    CHECK(parse(octets("a0e0000100000140deadbeef")).error().text() ==
          "the RTP padding is longer than the packet");
}

TEST_CASE("edits in place change their field alone", "[rtp]") {
    std::vector<std::uint8_t> bytes;
    append_header(bytes, {.payload_type = 8, .marker = true, .sequence = 7, .timestamp = 160, .ssrc = 1});
    bytes.push_back(0xd5);
    set_payload_type(bytes, 111);
    set_sequence(bytes, 65535);
    set_timestamp(bytes, 0xfffffff0);
    set_ssrc(bytes, 0xcafef00d);
    auto packet = Packet::parse(bytes);
    REQUIRE(packet);
    CHECK(packet->payload_type() == 111);
    CHECK(packet->marker());
    CHECK(packet->sequence() == 65535);
    CHECK(packet->timestamp() == 0xfffffff0);
    CHECK(packet->ssrc() == 0xcafef00d);
    CHECK(packet->payload().size() == 1);
    set_marker(bytes, false);
    CHECK_FALSE(Packet::parse(bytes)->marker());
    CHECK(Packet::parse(bytes)->payload_type() == 111);
}

TEST_CASE("RTP, RTCP, STUN and DTLS on one port", "[rtp]") {
    CHECK(kind_of(base::as_bytes(octets("8000"))) == Kind::rtp);
    CHECK(kind_of(base::as_bytes(octets("80ff"))) == Kind::rtp);
    CHECK(kind_of(base::as_bytes(octets("80c8"))) == Kind::rtcp);
    CHECK(kind_of(base::as_bytes(octets("bfdf"))) == Kind::rtcp);
    CHECK(kind_of(base::as_bytes(octets("0001"))) == Kind::other);
    CHECK(kind_of(base::as_bytes(octets("16fe"))) == Kind::other);
    CHECK(kind_of(base::as_bytes(octets("80"))) == Kind::other);
}

TEST_CASE("numbers that wrap become positions that grow", "[rtp]") {
    SequenceUnwrapper s;
    CHECK(s.unwrap(65534) == 65534);
    CHECK(s.unwrap(1) == 65537);
    CHECK(s.unwrap(65535) == 65535);
    CHECK(s.peek(0) == 65536);
    CHECK(s.unwrap(0) == 65536);
    TimestampUnwrapper t;
    CHECK(t.unwrap(0xffffff00) == 0xffffff00);
    CHECK(t.unwrap(0x100) == 0x100000100);
    CHECK(distance<std::uint16_t>(65535, 0) == 1);
    CHECK(distance<std::uint16_t>(0, 65535) == -1);
}

TEST_CASE("telephone events: RFC 4733 section 2.3", "[rtp]") {
    const std::string payload = octets("0b8a0320");
    auto e = TelephoneEvent::parse(base::as_bytes(payload));
    REQUIRE(e);
    CHECK(digit_of(e->event) == '#');
    CHECK(e->end);
    CHECK(e->volume == 10);
    CHECK(e->duration == 800);
    CHECK(base::to_hex(e->bytes()) == "0b8a0320");
    CHECK_FALSE(TelephoneEvent::parse(base::as_bytes("abc")));
    CHECK(event_of('d') == 15);
    CHECK(event_of('0') == 0);
    CHECK_FALSE(event_of('x'));
    CHECK_FALSE(digit_of(16));
}
