// SUBSCRIBE and what follows it.
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::Message;

TEST_CASE("a SUBSCRIBE that forked is never cancelled", "[proxy]") {
    Desks t(Desks::at_once);
    t.bench.send_with_password(t.alice, message(R"(SUBSCRIBE sip:desk@iop.test SIP/2.0
        Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKs
        Max-Forwards: 70
        To: <sip:desk@iop.test>
        From: <sip:alice@iop.test>;tag=s
        Call-ID: s
        CSeq: 1 SUBSCRIBE
        Contact: <sip:gb36@gfdl.invalid;transport=ws>
        Event: dialog)"));
    t.bench.send(t.first, respond(t.first.next("SUBSCRIBE"), 100, ""));
    t.bench.send(t.second, respond(t.second.next("SUBSCRIBE"), 200, "b"));
    CHECK(t.alice.next("200").is_response());
    CHECK(t.first.idle());
}

TEST_CASE("a subscription is followed for as long as it was granted", "[proxy]") {
    Bench bench;
    Client &alice = bench.phone("alice", "10.77.0.11:5060");
    Client &desk = bench.phone("desk", "10.77.0.22:5060");
    bench.enroll(desk, "<sip:d1@10.77.0.22:5060>");
    bench.send_with_password(alice, message(R"(SUBSCRIBE sip:desk@iop.test SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.11:5060;rport;branch=z9hG4bKs
        Max-Forwards: 70
        To: <sip:desk@iop.test>
        From: <sip:alice@iop.test>;tag=s
        Call-ID: s
        CSeq: 1 SUBSCRIBE
        Contact: <sip:alice@10.77.0.11:5060>
        Event: message-summary)"));
    std::string granted = respond(desk.next("SUBSCRIBE"), 200, "desk-tag");
    granted.insert(granted.find("CSeq"), "Contact: <sip:d1@10.77.0.22:5060>\r\nExpires: 28800\r\n");
    bench.send(desk, granted);
    Message ok = alice.next("200");
    bench.advance(9h);
    std::string notify = in_dialog(ok, desk, false, "NOTIFY", 1);
    SECTION("by its 2xx") {
        notify.insert(notify.find("CSeq"), "Subscription-State: terminated;reason=timeout\r\n");
        bench.send(desk, notify);
        CHECK(alice.next("NOTIFY").is_request());
        bench.advance(3h);
        CHECK(bench.level("calls_active") == 0);
    }
    SECTION("by a NOTIFY") {
        notify.insert(notify.find("CSeq"), "Subscription-State: active;expires=28800\r\n");
        bench.send(desk, notify);
        bench.advance(9h);
        CHECK(bench.level("calls_active") == 1);
        bench.advance(2h);
        CHECK(bench.level("calls_active") == 0);
    }
}
