// Clients that come to be at another address: where what belongs to their calls is sent.
#include "calls.hpp"
#include "support/catch.hpp"
#include "upstream_bench.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;

namespace {

const char *const phone_contact = "<sip:1001-0x5600fc774cc0@10.77.0.21:5060>";

} // namespace

TEST_CASE("a phone that registers again from another port is reached where it listens", "[proxy][moved]") {
    TwoParties t;
    Client &sending = t.bench.phone("1001", "10.77.0.21:40000");
    t.bench.advance(1s);
    SECTION("where its call says") {
        Client &listening = t.bench.phone("1001", "10.77.0.21:5070");
        t.bench.send(t.phone, respond(t.ring(), 200, "phone-tag", phone_sdp, "sip:callee@10.77.0.21:5070"));
        Message ok = t.alice.next("200");
        t.bench.enroll(sending, phone_contact);
        t.bench.send(t.alice, in_dialog(ok, t.alice, true, "BYE", 12));
        CHECK(listening.next("BYE").is_request());
    }
    SECTION("or its registration, while there is no dialog yet") {
        Message at_alice = t.ring_browser();
        t.bench.enroll(sending, phone_contact);
        t.bench.send(t.alice, respond(at_alice, 200, "alice-tag", browser_sdp));
        Message ok = t.phone.next("200");
        t.bench.send(t.alice, in_dialog(ok, t.alice, false, "BYE", 1));
        CHECK(t.phone.next("BYE").is_request());
    }
    CHECK(sending.idle());
}

TEST_CASE("a phone without rport that moves takes its call along", "[proxy][moved]") {
    Upstream t;
    Client &sending = t.bench.phone("bob", "10.77.0.50:40000");
    Client &listening = t.bench.phone("bob", "10.77.0.50:5060");
    Client &moved = t.bench.phone("bob", "10.77.0.51:5060");
    auto enroll = [&](Client &from) {
        t.bench.send(from, t.request("REGISTER", "sip:pbx.example",
                                     "\nContact: <sip:bob@10.77.0.50>;+sip.instance=\"<urn:uuid:b2>\""));
        Message at_pbx = t.pbx.next("REGISTER");
        t.grant(at_pbx, fmt::format("<{}>;expires=60", uri_in(at_pbx, HeaderId::contact)));
    };
    enroll(sending);
    CHECK(listening.next("200").is_response());
    t.bench.send(sending, t.request("INVITE", "sip:carol@pbx.example", "\nContact: <sip:bob@10.77.0.50>"));
    t.bench.send(t.pbx, respond(t.pbx.next("INVITE"), 200, "carol", "", "sip:carol@10.77.0.80:5060"));
    Message ok = listening.next("200");
    enroll(moved);
    moved.inbox.clear();
    t.bench.send(t.pbx, in_dialog(ok, t.pbx, false, "BYE", 1));
    CHECK(moved.next("BYE").is_request());
}
