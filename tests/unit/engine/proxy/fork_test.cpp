// A call while it rings: several phones, several answers, CANCEL, and what is chosen in the end.
#include "base/limits.hpp"
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::HeaderId;
using wire::sip::Message;

TEST_CASE("what was answered in 183 stays the same in the 200", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", phone_sdp));
    std::string early(t.alice.next("183").body());
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
    CHECK(t.alice.next("200").body() == early);
    CHECK(t.bench.breaker_requests.size() == 2);
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
    CHECK(t.alice.next("200").body() == early);
}

TEST_CASE("CANCEL while ringing ends every branch with 487", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.send(t.phone, respond(at_phone, 180, "phone-tag"));
    std::string cancel = message(R"(CANCEL sip:1001@iop.test SIP/2.0
        Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKxialice-1001
        Max-Forwards: 70
        To: <sip:1001@iop.test>
        From: "alice" <sip:alice@iop.test>;tag=from-alice
        Call-ID: call-alice-1001
        CSeq: 11 CANCEL
        Reason: Q.850;cause=16)");
    t.bench.send(t.alice, cancel);
    CHECK(t.alice.next("200").header(HeaderId::cseq) == "11 CANCEL");
    Message at_phone_cancel = t.phone.next("CANCEL");
    CHECK(at_phone_cancel.header(HeaderId::reason) == "Q.850;cause=16");
    CHECK(at_phone_cancel.header(HeaderId::via) == at_phone.first_value(HeaderId::via)->text);
    t.bench.send(t.phone, respond(at_phone_cancel, 200, "x"));
    t.bench.send(t.phone, respond(at_phone, 487, "phone-tag"));
    CHECK(t.phone.next("ACK").is_request());
    CHECK(t.alice.next("487").is_response());
    CHECK(ng(t.bench.breaker_requests.back(), "command") == "delete");
    CHECK(t.bench.core().calls(t.bench.now()).empty());
}

TEST_CASE("a phone that rings too long is cancelled and the caller told 408", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.send(t.phone, respond(at_phone, 180, "phone-tag"));
    t.bench.advance(121s);
    Message cancel = t.phone.next("CANCEL");
    t.bench.send(t.phone, respond(cancel, 200, "x"));
    t.bench.send(t.phone, respond(at_phone, 487, "phone-tag"));
    CHECK(t.alice.next("408").is_response());
}

TEST_CASE("browser and phone under one user: no early SDP, the first answer wins", "[proxy]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &tab = bench.browser("carol", "10.77.0.12:50000");
    Client &desk = bench.phone("carol", "10.77.0.22:5060");
    bench.enroll(alice, alice_contact);
    bench.enroll(tab, "<sip:c@carol.invalid;transport=ws>");
    bench.enroll(desk, "<sip:carol@10.77.0.22:5060>");
    bench.send_with_password(alice, invite(alice, "carol", browser_sdp, "\nSupported: timer, 100rel"));
    Message at_tab = tab.next("INVITE");
    Message at_desk = desk.next("INVITE");
    CHECK(at_tab.header(HeaderId::supported) == "timer");
    bench.send(desk, respond(at_desk, 183, "desk", phone_sdp));
    CHECK(alice.next("183").body().empty());
    bench.send(tab, respond(at_tab, 180, "tab"));
    bench.send(desk, respond(at_desk, 200, "desk", phone_sdp));
    CHECK(alice.next("200").body().find("SAVPF") != std::string_view::npos);
    Message cancel = tab.next("CANCEL");
    CHECK(cancel.header(HeaderId::reason) == "SIP;cause=200;text=\"Call completed elsewhere\"");
    bench.send(tab, respond(cancel, 200, "x"));
    bench.send(tab, respond(at_tab, 487, "tab"));
    CHECK(tab.next("ACK").is_request());
    CHECK(bench.core().calls(bench.now()).size() == 1);
}

TEST_CASE("busy is passed on, with its ACK by hop", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.send(t.phone, respond(at_phone, 486, "phone-tag"));
    CHECK(t.phone.next("ACK").is_request());
    CHECK(t.alice.next("486").is_response());
    CHECK(t.bench.core().calls(t.bench.now()).empty());
}

TEST_CASE("a caller that moved while it rang, and is then lost, ends its INVITE before its call", "[proxy]") {
    Desks t;
    Message at_first = t.ring();
    t.bench.send(t.first, respond(at_first, 180, "a"));
    // The same client over a second connection, which dies; the INVITE's own stays open.
    Client &again = t.bench.browser("alice", "10.77.0.11:50001");
    t.bench.enroll(again, alice_contact);
    t.bench.close(again);
    t.bench.advance(31s);
    CHECK(t.first.next("CANCEL").is_request());
    SECTION("the phone obeys, and the next is not tried") {
        t.bench.send(t.first, respond(at_first, 487, "a"));
        CHECK(t.alice.next("487").is_response());
    }
    SECTION("the phone had answered: it is hung up") {
        t.bench.send(t.first, respond(at_first, 200, "a", phone_sdp));
        CHECK(t.alice.next("200").is_response());
        t.bench.send(t.first, respond(t.first.next("BYE"), 200, ""));
    }
    CHECK(t.second.idle());
    t.bench.advance(100s);
    CHECK(t.bench.level("exchanges") == 0);
    CHECK(t.bench.level("calls_active") == 0);
}

TEST_CASE("an early dialog's ACK that the breaker refuses leaves the INVITE its call", "[proxy]") {
    Desks t;
    Message at_first = t.ring();
    t.bench.send(t.first, respond(at_first, 180, "a"));
    t.bench.breaker_up = false;
    t.bench.send(t.alice, in_dialog(t.alice.next("180"), t.alice, true, "ACK", 11, browser_sdp));
    t.bench.send(t.first, respond(at_first, 486, "a"));
    CHECK(t.alice.next("486").is_response());
    CHECK(t.second.idle());
}

TEST_CASE("lower q is tried when the higher has failed; 6xx ends it all", "[proxy]") {
    Desks t;
    Client &caller = t.bench.phone("1001", "10.77.0.21:5060");
    Message at_first = t.ring(caller, phone_sdp);
    CHECK(t.second.idle());
    SECTION("busy") {
        t.bench.send(t.first, respond(at_first, 486, "a"));
        Message at_second = t.second.next("INVITE");
        t.bench.send(t.second, respond(at_second, 404, "b"));
        CHECK(caller.next("486").is_response());
    }
    SECTION("declined") {
        t.bench.send(t.first, respond(at_first, 603, "a"));
        CHECK(caller.next("603").is_response());
        CHECK(t.second.idle());
    }
}

TEST_CASE("limits: dialogs of one branch, responses that wait for the breaker", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    auto came = [&] { return std::exchange(t.alice.inbox, {}).size(); };
    came();
    SECTION("forks further down") {
        for (std::size_t i = 0; i < base::limits::sip_dialogs + 1; ++i)
            t.bench.send(t.phone, respond(at_phone, 180, "tag" + std::to_string(i)));
        CHECK(came() == base::limits::sip_dialogs);
        // It can be answered all the same, in the place of an early one; not by ever more.
        for (std::size_t i = 0; i < base::limits::sip_dialogs + 1; ++i)
            t.bench.send(t.phone, respond(at_phone, 200, "other" + std::to_string(i), phone_sdp));
        CHECK(came() == base::limits::sip_dialogs);
    }
    SECTION("a breaker that is slow") {
        t.bench.breaker_holds = true;
        for (std::size_t i = 0; i < base::limits::sip_held_responses + 1; ++i)
            t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", phone_sdp));
        SECTION("the phone declines") { t.bench.send(t.phone, respond(at_phone, 486, "phone-tag")); }
        SECTION("the phone answers") {
            t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
        }
        CHECK(came() == 0);
        t.bench.release_breaker();
        CHECK(came() == base::limits::sip_held_responses + 1);
    }
    CHECK(t.bench.level("responses_dropped") > 0);
}
