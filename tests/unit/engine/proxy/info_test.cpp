// INFO inside a call: into RTP through the breaker where the other side takes it there, else as it came.
#include <fmt/format.h>

#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/bencode/bencode.hpp"

using namespace cord;
using namespace cord::test;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

std::string info(const Message &ok, const Client &from, bool as_caller, std::string_view type,
                 std::string_view body, std::string_view more = "") {
    std::string text = in_dialog(ok, from, as_caller, "INFO", 12, body);
    const std::string_view sdp = "application/sdp\r\n";
    return text.replace(text.find(sdp), sdp.size(), fmt::format("{}\r\n{}", type, more));
}

std::int64_t number(const std::string &request, std::string_view key) {
    auto value = wire::bencode::parse(request);
    const auto *found = wire::bencode::find(*value->dict(), key);
    return found != nullptr && found->number() != nullptr ? *found->number() : -1;
}

/// The phone's answer with these lines in it.
Message establish(TwoParties &t, const std::string &answer) {
    Message at_phone = t.ring();
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", answer));
    Message ok = t.alice.next("200");
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11));
    (void)t.phone.next("ACK");
    return ok;
}

const std::string without_events =
    "v=0\r\no=- 1 1 IN IP4 10.77.0.21\r\ns=-\r\nc=IN IP4 10.77.0.21\r\nt=0 0\r\n"
    "m=audio 10686 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n";
const char *const picture = "<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder>"
                            "</vc_primitive></media_control>";

} // namespace

TEST_CASE("a key by INFO is pressed in RTP, and the INFO answered here", "[proxy][info]") {
    TwoParties t;
    Message ok = t.establish();
    t.bench.send(t.alice, info(ok, t.alice, true, "application/dtmf-relay", "Signal=*\r\nDuration=160\r\n"));
    Message done = t.alice.next("200");
    CHECK(done.header(HeaderId::cseq) == "12 INFO");
    CHECK(t.phone.idle());
    const std::string &asked = t.bench.breaker_requests.back();
    CHECK(ng(asked, "command") == "play DTMF");
    CHECK(ng(asked, "from-tag") == "from-alice");
    CHECK(ng(asked, "to-tag") == "phone-tag");
    CHECK(number(asked, "code") == 10);
    CHECK(number(asked, "duration") == 160);
    // The call goes on, with the next number.
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "BYE", 13));
    t.bench.send(t.phone, respond(t.phone.next("BYE"), 200, ""));
    CHECK(t.alice.next("200").header(HeaderId::cseq) == "13 BYE");
}

TEST_CASE("an INFO that RTP cannot carry goes on as it came", "[proxy][info]") {
    TwoParties t;
    std::string type = "application/dtmf-relay", body = "Signal=5\r\n", answer = phone_sdp, more;
    SECTION("the other side takes no events") { answer = without_events; }
    bool breaker_is_silent = false;
    SECTION("the breaker does not answer") { breaker_is_silent = true; }
    SECTION("a body that is malformed") { body = "Signal=flash\r\n"; }
    SECTION("another type") { type = "application/broadsoft"; }
    SECTION("a picture from one who has not said that it takes requests in RTCP") {
        type = "application/media_control+xml";
        body = picture;
    }
    SECTION("of an Info Package") { more = "Info-Package: keys\r\n"; }
    Message ok = establish(t, answer);
    t.bench.breaker_up = !breaker_is_silent;
    t.bench.send(t.alice, info(ok, t.alice, true, type, body, more));
    Message at_phone = t.phone.next("INFO");
    CHECK(at_phone.body() == body);
    CHECK(at_phone.header(HeaderId::content_type) == type);
    t.bench.send(t.phone, respond(at_phone, 200, ""));
    CHECK(t.alice.next("200").header(HeaderId::cseq) == "12 INFO");
}

TEST_CASE("a whole picture is asked for by RTCP", "[proxy][info]") {
    TwoParties t;
    Message ok = establish(t, std::string(phone_sdp) + "a=rtcp-fb:* nack pli\r\n");
    t.bench.send(t.alice, info(ok, t.alice, true, "application/media_control+xml", picture));
    CHECK(t.alice.next("200").is_response());
    CHECK(t.phone.idle());
    const std::string &asked = t.bench.breaker_requests.back();
    CHECK(ng(asked, "command") == "request key frame");
    CHECK(ng(asked, "from-tag") == "phone-tag");
    CHECK(ng(asked, "to-tag") == "from-alice");
}

TEST_CASE("without a breaker between them INFO is the two sides' own", "[proxy][info]") {
    auto config = Bench::default_config();
    config.bridge = engine::proxy::Bridge::never;
    TwoParties t(config);
    Message at_phone = t.ring();
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
    Message ok = t.alice.next("200");
    t.bench.send(t.alice, info(ok, t.alice, true, "application/dtmf", "5"));
    CHECK(t.phone.next("INFO").body() == "5");
    CHECK(t.bench.breaker_requests.empty());
}
