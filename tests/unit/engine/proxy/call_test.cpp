// Calls of a browser and a phone, from the INVITE to the BYE.
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;
using wire::sip::HeaderId;
using wire::sip::Message;

TEST_CASE("browser to phone: bridged, record-routed twice, answered and hung up", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    CHECK(at_phone.request_uri() == "sip:1001-0x5600fc774cc0@10.77.0.21:5060");
    CHECK(at_phone.header(HeaderId::max_forwards) == "69");
    CHECK(at_phone.header("X-Unknown") == "kept; as, it is");
    CHECK(at_phone.count(HeaderId::record_route) == 2);
    CHECK(at_phone.header(HeaderId::record_route)->find("@10.77.0.1:5060;lr>") != std::string_view::npos);
    CHECK_FALSE(at_phone.has(HeaderId::proxy_authorization));
    CHECK(at_phone.body().find("RTP/AVP ") != std::string_view::npos);
    CHECK(at_phone.body().find("extmap") == std::string_view::npos);
    CHECK(at_phone.bytes().size() < 1300);

    t.bench.send(t.phone, respond(at_phone, 180, "phone-tag"));
    CHECK(t.alice.next("180").count(HeaderId::via) == 1);
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
    Message ok = t.alice.next("200");
    CHECK(ok.header(HeaderId::via) == "SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKxialice-1001");
    CHECK(ok.body().find("UDP/TLS/RTP/SAVPF") != std::string_view::npos);
    CHECK(ng(t.bench.breaker_requests.at(0), "transport-protocol") == "RTP/AVP");
    CHECK(ng(t.bench.breaker_requests.at(0), "command") == "offer");
    CHECK(ng(t.bench.breaker_requests.at(1), "command") == "answer");
    CHECK(ng(t.bench.breaker_requests.at(1), "to-tag") == "phone-tag");

    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11));
    Message ack = t.phone.next("ACK");
    CHECK_FALSE(ack.has(HeaderId::route));
    REQUIRE(t.bench.core().calls(t.bench.now()).size() == 1);
    CHECK(t.bench.core().calls(t.bench.now())[0].state == "answered");
    CHECK(t.bench.core().calls(t.bench.now())[0].bridged);

    t.bench.send(t.phone, in_dialog(ok, t.phone, false, "BYE", 1));
    Message bye = t.alice.next("BYE");
    CHECK(bye.request_uri() == "sip:gb36@gfdl.invalid;transport=ws;ob");
    t.bench.send(t.alice, respond(bye, 200, ""));
    CHECK(t.phone.next("200").is_response());
    CHECK(t.bench.core().calls(t.bench.now()).empty());
    CHECK(ng(t.bench.breaker_requests.back(), "command") == "delete");
    CHECK(t.bench.events("call-end").size() == 1);

    // Nothing is kept of it: once the bindings have expired there is nothing to wait for.
    t.bench.advance(std::chrono::hours(2));
    CHECK(t.bench.core().next_deadline() == base::never);
}

TEST_CASE("phone to browser: WebRTC is offered, the phone's own profile comes back", "[proxy]") {
    TwoParties t;
    Message at_alice = t.ring_browser();
    CHECK(at_alice.request_uri() == "sip:gb36@gfdl.invalid;transport=ws");
    CHECK(at_alice.header(HeaderId::via)->starts_with("SIP/2.0/WSS 10.77.0.1:8443;branch="));
    CHECK(ng(t.bench.breaker_requests.at(0), "ICE") == "force");
    t.bench.send(t.alice,
                 respond(at_alice, 200, "alice-tag", browser_sdp, "sip:gb36@gfdl.invalid;transport=ws"));
    Message ok = t.phone.next("200");
    CHECK(ok.body().find("RTP/AVP") != std::string_view::npos);
    CHECK(ok.body().find("candidate") == std::string_view::npos);
    CHECK(ng(t.bench.breaker_requests.at(1), "transport-protocol").empty());
    t.bench.send(t.phone, in_dialog(ok, t.phone, true, "ACK", 11));
    CHECK(t.alice.next("ACK").request_uri() == "sip:gb36@gfdl.invalid;transport=ws");
}

TEST_CASE("two browsers talk without a breaker", "[proxy]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &bob = bench.browser("bob", "10.77.0.12:50000");
    bench.enroll(alice, alice_contact);
    bench.enroll(bob, "<sip:b@bob.invalid;transport=ws>");
    bench.send_with_password(alice, invite(alice, "bob", browser_sdp));
    Message at_bob = bob.next("INVITE");
    CHECK(at_bob.body() == browser_sdp);
    CHECK(at_bob.count(HeaderId::record_route) == 1);
    CHECK(bench.breaker_requests.empty());
}

TEST_CASE("hold and resume, INFO and MESSAGE inside and outside a call", "[proxy]") {
    TwoParties t;
    Message ok = t.establish();
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "INVITE", 12, browser_sdp));
    Message hold = t.phone.next("INVITE");
    CHECK(hold.body().find("RTP/AVP ") != std::string_view::npos);
    CHECK(ng(t.bench.breaker_requests.back(), "to-tag") == "phone-tag");
    t.bench.send(t.phone, respond(hold, 200, "", phone_sdp));
    CHECK(t.alice.next("200").body().find("SAVPF") != std::string_view::npos);
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "INFO", 13));
    t.bench.send(t.phone, respond(t.phone.next("INFO"), 200, ""));
    CHECK(t.alice.next("200").header(HeaderId::cseq) == "13 INFO");
    std::string text = message(R"(MESSAGE sip:1001@iop.test SIP/2.0
        Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKm
        Max-Forwards: 70
        To: <sip:1001@iop.test>
        From: <sip:alice@iop.test>;tag=m
        Call-ID: m
        CSeq: 1 MESSAGE)");
    t.bench.send_with_password(t.alice, text);
    Message at_phone = t.phone.next("MESSAGE");
    CHECK_FALSE(at_phone.has(HeaderId::record_route));
    t.bench.send(t.phone, respond(at_phone, 200, "t"));
    CHECK(t.alice.next("200").header(HeaderId::cseq) == "11 MESSAGE");
}

TEST_CASE("a phone that moves its port by Contact is found there", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp, "sip:1001@10.77.0.21:6060"));
    Message ok = t.alice.next("200");
    Client &elsewhere = t.bench.phone("1001", "10.77.0.21:6060");
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11));
    CHECK(elsewhere.next("ACK").is_request());
}
