// Clients whose connection ends while a call rings or goes on, and how they come back.
#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::HeaderId;
using wire::sip::Message;

TEST_CASE("the page is closed mid-call: after the grace time the phone gets a BYE with a Reason", "[proxy]") {
    TwoParties t;
    t.establish();
    t.bench.close(t.alice);
    t.bench.advance(29s);
    CHECK(t.phone.idle());
    t.bench.advance(2s);
    Message bye = t.phone.next("BYE");
    CHECK(bye.header(HeaderId::reason)->find("SIP;cause=") == 0);
    CHECK(bye.request_uri() == "sip:callee@10.77.0.21:5060");
    CHECK(wire::sip::from(bye)->tag() == "from-alice");
    CHECK(wire::sip::to(bye)->tag() == "phone-tag");
    CHECK(wire::sip::cseq(bye)->number == 12);
    CHECK(ng(t.bench.breaker_requests.back(), "command") == "delete");
    CHECK(t.bench.core().calls(t.bench.now()).empty());
}

TEST_CASE("the browser comes back on another connection: the call goes on", "[proxy]") {
    TwoParties t;
    Message ok = t.establish();
    t.bench.close(t.alice);
    t.bench.reconnect(t.alice);
    t.bench.advance(10s);
    t.bench.enroll(t.alice, alice_contact);
    t.bench.advance(60s);
    CHECK(t.phone.idle());
    t.bench.send(t.phone, in_dialog(ok, t.phone, false, "BYE", 1));
    CHECK(t.alice.next("BYE").is_request());
}

TEST_CASE("a request in the call from another connection has to prove itself", "[proxy]") {
    TwoParties t;
    Message ok = t.establish();
    t.bench.close(t.alice);
    t.bench.reconnect(t.alice);
    t.bench.send_with_password(t.alice, in_dialog(ok, t.alice, true, "INVITE", 12, browser_sdp));
    CHECK(t.phone.inbox.front().method_name() == "INVITE");
    Client &eve = t.bench.browser("eve", "10.66.0.1:1000");
    std::string forged = in_dialog(ok, eve, true, "BYE", 999);
    t.bench.send(eve, forged);
    CHECK(eve.next("407").is_response());
    CHECK(t.phone.inbox.size() == 1);

    // What was refused teaches nothing: our BYE has alice's next CSeq.
    t.bench.send(t.phone, respond(t.phone.next("INVITE"), 200, "", phone_sdp));
    t.bench.close(t.alice);
    t.bench.advance(31s);
    Message bye = t.phone.next("BYE");
    CHECK(wire::sip::cseq(bye)->number == 113);
}

TEST_CASE("the callee's page is closed mid-call, or before the caller hangs up", "[proxy]") {
    TwoParties t;
    Message at_alice = t.ring_browser();
    t.bench.send(t.alice,
                 respond(at_alice, 200, "alice-tag", browser_sdp, "sip:gb36@gfdl.invalid;transport=ws"));
    Message ok = t.phone.next("200");
    t.bench.send(t.phone, in_dialog(ok, t.phone, true, "ACK", 11));
    t.bench.close(t.alice);
    SECTION("the grace time passes") {
        t.bench.advance(31s);
        Message bye = t.phone.next("BYE");
        CHECK(bye.request_uri() == "sip:1001@10.77.0.21:5060");
        CHECK(wire::sip::from(bye)->tag() == "alice-tag");
    }
    SECTION("the phone hangs up before that") {
        t.bench.send(t.phone, in_dialog(ok, t.phone, true, "BYE", 12));
        CHECK(t.phone.next("480").is_response());
    }
    CHECK(t.bench.core().calls(t.bench.now()).empty());
    CHECK(ng(t.bench.breaker_requests.back(), "command") == "delete");
}

TEST_CASE("a caller whose page is closed while it rings cancels", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.send(t.phone, respond(at_phone, 180, "phone-tag"));
    t.bench.close(t.alice);
    CHECK(t.phone.next("CANCEL").is_request());
    // The phone is gone, too: nothing of the call is left in the end.
    t.bench.advance(100s);
    CHECK(t.bench.level("transactions") == 0);
    CHECK(t.bench.level("exchanges") == 0);
    CHECK(t.bench.level("calls_active") == 0);
}

TEST_CASE("a callee whose page is closed while it rings is 480 at once", "[proxy]") {
    TwoParties t;
    t.bench.send(t.alice, respond(t.ring_browser(), 180, "alice-tag"));
    t.bench.close(t.alice);
    CHECK(t.phone.next("480").is_response());
    t.bench.advance(100s);
    CHECK(t.bench.level("transactions") == 0);
    CHECK(t.bench.level("exchanges") == 0);
}
