// Offers and answers in other places than INVITE and 200, and a breaker that fails.
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;
using wire::sip::HeaderId;
using wire::sip::Message;

TEST_CASE("late offer: the phone offers in its 200, the ACK carries the answer", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring("");
    CHECK(t.bench.breaker_requests.empty());
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
    Message ok = t.alice.next("200");
    CHECK(ng(t.bench.breaker_requests.at(0), "command") == "offer");
    CHECK(ng(t.bench.breaker_requests.at(0), "from-tag") == "phone-tag");
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11, browser_sdp));
    CHECK(t.phone.next("ACK").body().find("RTP/AVP") != std::string_view::npos);
    CHECK(ng(t.bench.breaker_requests.at(1), "command") == "answer");
    CHECK(ng(t.bench.breaker_requests.at(1), "to-tag") == "from-alice");

    // The 200 came again, and with it the ACK: the breaker is not asked twice.
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11, browser_sdp));
    CHECK(t.phone.next("ACK").body().find("RTP/AVP") != std::string_view::npos);
    CHECK(t.bench.breaker_requests.size() == 2);

    SECTION("a re-INVITE without SDP does the same") {
        t.bench.send(t.alice, in_dialog(ok, t.alice, true, "INVITE", 12));
        t.bench.send(t.phone, respond(t.phone.next("INVITE"), 200, "", phone_sdp));
        CHECK(ng(t.bench.breaker_requests.at(2), "command") == "offer");
        CHECK(t.alice.next("200").body().find("SAVPF") != std::string_view::npos);
        t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 12, browser_sdp));
        CHECK(t.phone.next("ACK").body().find("RTP/AVP") != std::string_view::npos);
        CHECK(ng(t.bench.breaker_requests.at(3), "command") == "answer");
        CHECK(ng(t.bench.breaker_requests.at(3), "from-tag") == "phone-tag");
    }
}

TEST_CASE("an offer in a provisional response is answered by its PRACK; the next PRACK offers", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring("", "\nSupported: 100rel");
    t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", phone_sdp));
    Message early = t.alice.next("183");
    CHECK(ng(t.bench.breaker_requests.at(0), "command") == "offer");
    t.bench.send(t.alice, in_dialog(early, t.alice, true, "PRACK", 12, browser_sdp));
    CHECK(t.phone.next("PRACK").body().find("RTP/AVP") != std::string_view::npos);
    CHECK(ng(t.bench.breaker_requests.at(1), "command") == "answer");
    t.bench.send(t.alice, in_dialog(early, t.alice, true, "PRACK", 13, browser_sdp));
    CHECK(ng(t.bench.breaker_requests.at(2), "command") == "offer");
}

TEST_CASE("without a breaker the caller is told why", "[proxy]") {
    TwoParties t;
    t.bench.breaker_up = false;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message refused = t.alice.next("503");
    CHECK(refused.header(HeaderId::warning)->find("media breaker") != std::string_view::npos);
    CHECK(t.phone.idle());
    t.bench.core().set_breaker(0, false);
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp, "\nX: 1"));
}

TEST_CASE("the breaker fails on the answer: both sides are hung up after the ACK", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.breaker_up = false;
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
    Message ok = t.alice.next("200");
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11));
    CHECK(t.phone.next("BYE").is_request());
    CHECK(t.alice.next("BYE").is_request());
    CHECK(t.bench.core().calls(t.bench.now()).empty());
}

TEST_CASE("early media that the breaker refuses is taken away; the answer may still cross", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.breaker_up = false;
    t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", phone_sdp));
    Message early = t.alice.next("183");
    CHECK(early.body().empty());
    CHECK_FALSE(early.has(HeaderId::content_type));
    t.bench.breaker_up = true;
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
    CHECK(t.alice.next("200").body().find("SAVPF") != std::string_view::npos);
}
