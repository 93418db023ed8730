// The situations of RFC 5118: IPv6 addresses in URIs, Via and SDP, well and badly written. The messages are
// our own; each names the section that it is after.
#include <string>

#include <fmt/format.h>

#include "support/catch.hpp"
#include "wire/sdp/session.hpp"
#include "wire/sip/headers.hpp"
#include "wire/sip/received.hpp"
#include "wire/sip/validate.hpp"

using namespace cord;
using namespace cord::wire::sip;

namespace {

std::string request(std::string_view method, std::string_view uri, std::string_view via,
                    std::string_view more = "", std::string_view body = "") {
    return fmt::format("{} {} SIP/2.0\r\n"
                       "Via: {};branch=z9hG4bK-v6\r\n"
                       "Max-Forwards: 70\r\n"
                       "From: <sip:dora@example.org>;tag=17\r\n"
                       "To: <{}>\r\n"
                       "Call-ID: v6@[2001:db8::7]\r\n"
                       "CSeq: 4 {}\r\n"
                       "{}Content-Length: {}\r\n\r\n{}",
                       method, uri, via, uri, method, more, body.size(), body);
}

constexpr std::string_view via = "SIP/2.0/UDP [2001:db8::7:1]";

} // namespace

TEST_CASE("4.1, 4.4: IPv6 references in the Request-URI, Via and Contact, with and without a port") {
    const auto m =
        Message::parse(request("REGISTER", "sip:[2001:db8::5]:5072", "SIP/2.0/UDP [2001:db8::7:1]:5073",
                               "Contact: \"Dora\" <sip:dora@[2001:db8::7]>\r\n"));
    REQUIRE(m);
    CHECK_FALSE(validate(*m));
    CHECK(request_uri(*m)->host == "[2001:db8::5]");
    CHECK(request_uri(*m)->port == 5072);
    CHECK(top_via(*m)->host == "[2001:db8::7:1]");
    CHECK(top_via(*m)->port == 5073);
    const auto contact = first_name_addr(*m, HeaderId::contact);
    REQUIRE((contact && *contact));
    CHECK((*contact)->uri.host == "[2001:db8::7]");
    CHECK_FALSE((*contact)->uri.port);
}

TEST_CASE("4.2: an address without its brackets is 400") {
    const auto m = Message::parse(request("REGISTER", "sip:2001:db8::5", via));
    REQUIRE(m);
    const auto fault = validate(*m);
    REQUIRE(fault);
    CHECK(fault->code == 400);
}

TEST_CASE("4.3: what was meant as a port, but stands inside the brackets, belongs to the address") {
    const auto m = Message::parse(request("REGISTER", "sip:[2001:db8::5:5072]", via));
    REQUIRE(m);
    CHECK_FALSE(validate(*m));
    CHECK(request_uri(*m)->host == "[2001:db8::5:5072]");
    CHECK_FALSE(request_uri(*m)->port);
}

TEST_CASE("4.5: a received parameter is read with and without brackets, and written without") {
    for (const char *received : {"[2001:db8::7:ff]", "2001:db8::7:ff"}) {
        INFO(received);
        const auto m = Message::parse(
            request("OPTIONS", "sip:[2001:db8::5]", fmt::format("{};received={}", via, received)));
        REQUIRE(m);
        CHECK_FALSE(validate(*m));
        const Message stamped = with_source(*m, *base::Endpoint::parse("[2001:db8::9]:5060"));
        CHECK(top_via(stamped)->params.value("received") == "2001:db8::9");
        CHECK_FALSE(validate(stamped));
    }
}

TEST_CASE("4.6, 4.8: SDP with IPv6 addresses, and with one address for each stream") {
    constexpr std::string_view sdp =
        "v=0\r\no=- 1 1 IN IP6 2001:db8::7\r\ns=-\r\nc=IN IP6 2001:db8::7\r\nt=0 0\r\n"
        "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 192.0.2.7\r\nm=video 4002 RTP/AVP 96\r\n"
        "c=IN IP6 2001:db8::8\r\na=rtpmap:96 H264/90000\r\n";
    const auto m = Message::parse(
        request("INVITE", "sip:erik@[2001:db8::5]", via,
                "Contact: <sip:dora@[2001:db8::7]>\r\nContent-Type: application/sdp\r\n", sdp));
    REQUIRE(m);
    CHECK_FALSE(validate(*m));
    CHECK(m->body() == sdp);
    const auto description = wire::sdp::parse(sdp);
    REQUIRE(description);
    REQUIRE(description->media.size() == 2);
}

TEST_CASE("4.7: a Via list of both families") {
    const auto m =
        Message::parse(request("BYE", "sip:erik@host.example.org", "SIP/2.0/UDP [2001:db8::7:1]:6050",
                               "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"
                               "Via: SIP/2.0/TCP [2001:db8::7:2];branch=z9hG4bKb;received=192.0.2.200\r\n"));
    REQUIRE(m);
    CHECK_FALSE(validate(*m));
    std::size_t count = 0;
    for (const Value &value : m->values(HeaderId::via)) {
        CHECK(Via::parse(value.text));
        ++count;
    }
    CHECK(count == 3);
}

TEST_CASE("4.9: IPv4-mapped addresses") {
    const auto m =
        Message::parse(request("INVITE", "sip:erik@example.org", "SIP/2.0/UDP [::ffff:192.0.2.10]:19823",
                               "Contact: <sip:dora@[::ffff:192.0.2.2]>\r\n"));
    REQUIRE(m);
    CHECK_FALSE(validate(*m));
    CHECK(top_via(*m)->port == 19823);
}

TEST_CASE("4.10: the extra colon of RFC 3261's grammar is tolerated") {
    for (const char *host : {"[2001:db8:::192.0.2.1]", "[2001:db8::192.0.2.1]"}) {
        INFO(host);
        const auto m = Message::parse(request("OPTIONS", fmt::format("sip:erik@{}", host), via));
        REQUIRE(m);
        CHECK_FALSE(validate(*m));
        CHECK(base::IpAddress::parse(request_uri(*m)->host) ==
              base::IpAddress::parse("[2001:db8::c000:201]"));
    }
}
