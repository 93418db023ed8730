#include <fmt/format.h>

#include "base/limits.hpp"
#include "bench.hpp"
#include "support/catch.hpp"
#include "wire/bencode/bencode.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

const char *const alice_contact =
    "<sip:gb36@gfdl.invalid;transport=ws>;reg-id=1;+sip.instance=\"<urn:uuid:a1>\"";

std::string invite(const Client &from, std::string_view to, std::string_view sdp,
                   std::string_view extra = "") {
    bool browser = from.flow.transport != Transport::udp;
    return message(fmt::format(R"(INVITE sip:{}@iop.test SIP/2.0
        Via: SIP/2.0/{};branch=z9hG4bKi{}-{}
        Max-Forwards: 70
        To: <sip:{}@iop.test>
        From: "{}" <sip:{}@iop.test>;tag=from-{}
        Call-ID: call-{}-{}
        CSeq: 1 INVITE
        Contact: <{}>
        X-Unknown: kept; as, it is{})",
                               to, browser ? "WSS gfdl.invalid" : "UDP " + from.flow.remote.text() + ";rport",
                               from.user, to, to, from.user, from.user, from.user, from.user, to,
                               browser ? "sip:gb36@gfdl.invalid;transport=ws;ob"
                                       : "sip:" + from.user + "@" + from.flow.remote.text(),
                               extra),
                   sdp);
}

/// A response as a UA makes it, Record-Route included.
std::string respond(const Message &request, std::uint16_t code, std::string_view tag,
                    std::string_view sdp = "", std::string_view contact = "sip:callee@10.77.0.21:5060") {
    auto r = wire::sip::make_response(request, code, {}, tag);
    for (const auto &value : request.values(HeaderId::record_route))
        r.add(HeaderId::record_route, value.text);
    if (request.method() == wire::sip::Method::invite)
        r.add(HeaderId::contact, fmt::format("<{}>", contact));
    if (!sdp.empty())
        r.body("application/sdp", sdp);
    return r.finish();
}

/// A request inside the dialog that a 2xx made, as the caller or the callee sends it: routes from its
/// Record-Route.
std::string in_dialog(const Message &ok, const Client &from, bool as_caller, std::string_view method,
                      int cseq, std::string_view sdp = "", std::string_view branch = "") {
    std::vector<std::string> routes;
    for (const auto &value : ok.values(HeaderId::record_route))
        routes.emplace_back(value.text);
    if (as_caller)
        std::reverse(routes.begin(), routes.end());
    std::string contact(wire::sip::NameAddr::parse(*ok.header(HeaderId::contact))->uri.text);
    bool browser = from.flow.transport != Transport::udp;
    std::string lines = fmt::format(
        "{} {} SIP/2.0\nVia: SIP/2.0/{};branch=z9hG4bKd{}{}{}\nMax-Forwards: 70\n", method,
        as_caller ? contact : "sip:gb36@gfdl.invalid;transport=ws;ob",
        browser ? "WSS gfdl.invalid" : "UDP " + from.flow.remote.text() + ";rport", method, cseq, branch);
    for (const std::string &route : routes)
        lines += "Route: " + route + "\n";
    lines += fmt::format("From: {}\nTo: {}\nCall-ID: {}\nCSeq: {} {}",
                         *ok.header(as_caller ? HeaderId::from : HeaderId::to),
                         *ok.header(as_caller ? HeaderId::to : HeaderId::from), ok.call_id(), cseq, method);
    return message(lines, sdp);
}

std::string ng(const std::string &request, std::string_view key) {
    auto value = wire::bencode::parse(request);
    return std::string(wire::bencode::text_of(*value->dict(), key));
}

std::uint64_t level(const Bench &bench, std::string_view name) {
    for (const auto &statistic : bench.core().statistics())
        if (statistic.name == name)
            return statistic.value;
    return UINT64_MAX;
}

/// A browser and a phone, both registered.
struct TwoParties {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &phone = bench.phone("1001", "10.77.0.21:5060");

    TwoParties() {
        bench.enroll(alice, alice_contact);
        bench.enroll(phone, "<sip:1001-0x5600fc774cc0@10.77.0.21:5060>");
    }

    /// Browser calls phone, phone answers, ACK: gives the 200 that each side knows.
    struct Established {
        Message at_caller;
        Message at_callee; ///< The INVITE that the phone got.
    };
    Established establish() {
        bench.send_with_password(alice, invite(alice, "1001", browser_sdp));
        Message at_phone = phone.next("INVITE");
        bench.send(phone, respond(at_phone, 200, "phone-tag", test::phone_sdp));
        Message ok = alice.next("200");
        bench.send(alice, in_dialog(ok, alice, true, "ACK", 11));
        phone.next("ACK");
        return {ok, at_phone};
    }
};

} // namespace

TEST_CASE("browser to phone: bridged, record-routed twice, answered and hung up", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message at_phone = t.phone.next("INVITE");
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
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", test::phone_sdp));
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
    t.bench.send_with_password(t.phone, invite(t.phone, "alice", test::phone_sdp));
    Message at_alice = t.alice.next("INVITE");
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

TEST_CASE("what was answered in 183 stays the same in the 200", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message at_phone = t.phone.next("INVITE");
    t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", test::phone_sdp));
    std::string early(t.alice.next("183").body());
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", test::phone_sdp));
    CHECK(t.alice.next("200").body() == early);
    CHECK(t.bench.breaker_requests.size() == 2);
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", test::phone_sdp));
    CHECK(t.alice.next("200").body() == early);
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

TEST_CASE("CANCEL while ringing ends every branch with 487", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message at_phone = t.phone.next("INVITE");
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

TEST_CASE("nobody there: 480, nobody known: 404, not ours: 403", "[proxy]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    bench.passwords["1003"] = "secret";
    bench.send_with_password(alice, invite(alice, "1003", browser_sdp));
    CHECK(alice.next("480").is_response());
    bench.send_with_password(alice, invite(alice, "nobody", browser_sdp));
    CHECK(alice.next("404").is_response());
    std::string foreign = invite(alice, "x", browser_sdp);
    foreign.replace(foreign.find("sip:x@iop.test"), 14, "sip:x@example.com");
    bench.send_with_password(alice, foreign);
    CHECK(alice.next("403").is_response());
}

TEST_CASE("a stranger is not relayed, and another's name is not believed", "[proxy]") {
    TwoParties t;
    std::string text = invite(t.phone, "alice", test::phone_sdp);
    std::string stranger = text;
    for (std::size_t at; (at = stranger.find("<sip:1001@iop.test>")) != std::string::npos;)
        stranger.replace(at, 19, "<sip:eve@else.where>");
    t.bench.send(t.phone, stranger);
    CHECK(t.phone.next("403").is_response());
    std::string as_alice = invite(t.phone, "bob", test::phone_sdp);
    for (std::size_t at; (at = as_alice.find("<sip:1001@iop.test>")) != std::string::npos;)
        as_alice.replace(at, 19, "<sip:alice@iop.test>");
    t.bench.send_with_password(t.phone, as_alice);
    CHECK(t.phone.next("403").is_response());
}

TEST_CASE("a phone that rings too long is cancelled and the caller told 408", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message at_phone = t.phone.next("INVITE");
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
    bench.send(desk, respond(at_desk, 183, "desk", test::phone_sdp));
    CHECK(alice.next("183").body().empty());
    bench.send(tab, respond(at_tab, 180, "tab"));
    bench.send(desk, respond(at_desk, 200, "desk", test::phone_sdp));
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
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message at_phone = t.phone.next("INVITE");
    t.bench.send(t.phone, respond(at_phone, 486, "phone-tag"));
    CHECK(t.phone.next("ACK").is_request());
    CHECK(t.alice.next("486").is_response());
    CHECK(t.bench.core().calls(t.bench.now()).empty());
}

TEST_CASE("hold and resume, INFO and MESSAGE inside and outside a call", "[proxy]") {
    TwoParties t;
    auto call = t.establish();
    t.bench.send(t.alice, in_dialog(call.at_caller, t.alice, true, "INVITE", 12, browser_sdp));
    Message hold = t.phone.next("INVITE");
    CHECK(hold.body().find("RTP/AVP ") != std::string_view::npos);
    CHECK(ng(t.bench.breaker_requests.back(), "to-tag") == "phone-tag");
    t.bench.send(t.phone, respond(hold, 200, "", test::phone_sdp));
    CHECK(t.alice.next("200").body().find("SAVPF") != std::string_view::npos);
    t.bench.send(t.alice, in_dialog(call.at_caller, t.alice, true, "INFO", 13));
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
    auto call = t.establish();
    t.bench.close(t.alice);
    t.bench.reconnect(t.alice);
    t.bench.advance(10s);
    t.bench.enroll(t.alice, alice_contact);
    t.bench.advance(60s);
    CHECK(t.phone.idle());
    t.bench.send(t.phone, in_dialog(call.at_caller, t.phone, false, "BYE", 1));
    CHECK(t.alice.next("BYE").is_request());
}

TEST_CASE("a request in the call from another connection has to prove itself", "[proxy]") {
    TwoParties t;
    auto call = t.establish();
    t.bench.close(t.alice);
    t.bench.reconnect(t.alice);
    t.bench.send_with_password(t.alice, in_dialog(call.at_caller, t.alice, true, "INVITE", 12, browser_sdp));
    CHECK(t.phone.inbox.front().method_name() == "INVITE");
    Client &eve = t.bench.browser("eve", "10.66.0.1:1000");
    std::string forged = in_dialog(call.at_caller, eve, true, "BYE", 999);
    t.bench.send(eve, forged);
    CHECK(eve.next("407").is_response());
    CHECK(t.phone.inbox.size() == 1);

    // What was refused teaches nothing: our BYE has alice's next CSeq.
    t.bench.send(t.phone, respond(t.phone.next("INVITE"), 200, "", test::phone_sdp));
    t.bench.close(t.alice);
    t.bench.advance(31s);
    Message bye = t.phone.next("BYE");
    CHECK(wire::sip::cseq(bye)->number == 113);
}

TEST_CASE("a trunk's leg is known by its address: no other speaks for it", "[proxy]") {
    auto config = Bench::default_config();
    config.next_hops.push_back({"trunk.example", {}, {}, false});
    Bench bench(config);
    bench.places["trunk.example"] = {"udp:10.77.0.90:5060"};
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &trunk = bench.phone("trunk", "10.77.0.90:5060");
    Client &eve = bench.phone("eve", "10.66.0.1:5060");
    std::string call = invite(alice, "15551234", test::phone_sdp, "\nRoute: <sip:trunk.example;lr>");
    call.replace(call.find("To: <sip:15551234@iop.test>"), 27, "To: <sip:15551234@trunk.example>");
    bench.send_with_password(alice, call);
    Message at_trunk = trunk.next("INVITE");
    bench.send(trunk, respond(at_trunk, 200, "trunk-tag", test::phone_sdp, "sip:t@10.77.0.90:5060"));
    Message ok = alice.next("200");
    bench.send(eve, in_dialog(ok, eve, false, "BYE", 1));
    CHECK(eve.next("403").is_response());
    CHECK(alice.idle());
    bench.send(trunk, in_dialog(ok, trunk, false, "BYE", 1));
    CHECK(alice.next("BYE").is_request());
}

TEST_CASE("late offer: the phone offers in its 200, the ACK carries the answer", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", ""));
    Message at_phone = t.phone.next("INVITE");
    CHECK(t.bench.breaker_requests.empty());
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", test::phone_sdp));
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
        t.bench.send(t.phone, respond(t.phone.next("INVITE"), 200, "", test::phone_sdp));
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
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", "", "\nSupported: 100rel"));
    Message at_phone = t.phone.next("INVITE");
    t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", test::phone_sdp));
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

TEST_CASE("16.3: what is not to be forwarded is refused", "[proxy]") {
    TwoParties t;
    int n = 0;
    auto code = [&](std::string_view from, std::string_view to) {
        std::string text = invite(t.phone, "alice", test::phone_sdp);
        text.replace(text.find(from), from.size(), to);
        text.insert(text.find("branch=z9hG4bK") + 14, std::to_string(++n));
        t.bench.send(t.phone, text);
        return t.phone.next().status();
    };
    CHECK(code("Max-Forwards: 70", "Max-Forwards: 0") == 483);
    CHECK(code("CSeq: 1 INVITE", "CSeq: 1 BYE") == 400);
    CHECK(code("INVITE sip:alice@iop.test SIP/2.0", "INVITE tel:+1 SIP/2.0") == 416);
    CHECK(code("SIP/2.0\r\n", "SIP/7.0\r\n") == 505);
    CHECK(code("X-Unknown: kept; as, it is", "Proxy-Require: a, b") == 420);
    std::string lost = invite(t.phone, "alice", test::phone_sdp);
    lost.replace(lost.find("sip:alice@iop.test"), 18, "sip:gb36@gfdl.invalid");
    lost.insert(lost.find("To: <sip:alice@iop.test>") + 24, ";tag=1");
    t.bench.send(t.phone, lost);
    CHECK(t.phone.next().status() == 481);
}

TEST_CASE("the callee's page is closed mid-call, or before the caller hangs up", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.phone, invite(t.phone, "alice", test::phone_sdp));
    Message at_alice = t.alice.next("INVITE");
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
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message at_phone = t.phone.next("INVITE");
    t.bench.send(t.phone, respond(at_phone, 180, "phone-tag"));
    t.bench.close(t.alice);
    CHECK(t.phone.next("CANCEL").is_request());
    // The phone is gone, too: nothing of the call is left in the end.
    t.bench.advance(100s);
    CHECK(level(t.bench, "transactions") == 0);
    CHECK(level(t.bench, "exchanges") == 0);
    CHECK(level(t.bench, "calls_active") == 0);
}

TEST_CASE("a caller that moved while it rang, and is then lost, ends its INVITE before its call", "[proxy]") {
    Bench bench;
    Client &caller = bench.browser("alice", "10.77.0.11:50000");
    Client &first = bench.phone("desk", "10.77.0.22:5060");
    Client &second = bench.phone("desk", "10.77.0.23:5060");
    bench.enroll(caller, alice_contact);
    bench.enroll(first, "<sip:d1@10.77.0.22:5060>;q=0.9");
    bench.enroll(second, "<sip:d2@10.77.0.23:5060>;q=0.5");
    bench.send_with_password(caller, invite(caller, "desk", browser_sdp));
    Message at_first = first.next("INVITE");
    bench.send(first, respond(at_first, 180, "a"));
    // The same client over a second connection, which dies; the INVITE's own stays open.
    Client &again = bench.browser("alice", "10.77.0.11:50001");
    bench.enroll(again, alice_contact);
    bench.close(again);
    bench.advance(31s);
    CHECK(first.next("CANCEL").is_request());
    SECTION("the phone obeys, and the next is not tried") {
        bench.send(first, respond(at_first, 487, "a"));
        CHECK(caller.next("487").is_response());
    }
    SECTION("the phone had answered: it is hung up") {
        bench.send(first, respond(at_first, 200, "a", test::phone_sdp));
        CHECK(caller.next("200").is_response());
        bench.send(first, respond(first.next("BYE"), 200, ""));
    }
    CHECK(second.idle());
    bench.advance(100s);
    CHECK(level(bench, "exchanges") == 0);
    CHECK(level(bench, "calls_active") == 0);
}

TEST_CASE("an early dialog's ACK that the breaker refuses leaves the INVITE its call", "[proxy]") {
    Bench bench;
    Client &caller = bench.browser("alice", "10.77.0.11:50000");
    Client &first = bench.phone("desk", "10.77.0.22:5060");
    Client &second = bench.phone("desk", "10.77.0.23:5060");
    bench.enroll(caller, alice_contact);
    bench.enroll(first, "<sip:d1@10.77.0.22:5060>;q=0.9");
    bench.enroll(second, "<sip:d2@10.77.0.23:5060>;q=0.5");
    bench.send_with_password(caller, invite(caller, "desk", browser_sdp));
    Message at_first = first.next("INVITE");
    bench.send(first, respond(at_first, 180, "a"));
    bench.breaker_up = false;
    bench.send(caller, in_dialog(caller.next("180"), caller, true, "ACK", 11, browser_sdp));
    bench.send(first, respond(at_first, 486, "a"));
    CHECK(caller.next("486").is_response());
    CHECK(second.idle());
}

TEST_CASE("a SUBSCRIBE that forked is never cancelled", "[proxy]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &first = bench.phone("desk", "10.77.0.22:5060");
    Client &second = bench.phone("desk", "10.77.0.23:5060");
    bench.enroll(first, "<sip:d1@10.77.0.22:5060>");
    bench.enroll(second, "<sip:d2@10.77.0.23:5060>");
    bench.send_with_password(alice, message(R"(SUBSCRIBE sip:desk@iop.test SIP/2.0
        Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKs
        Max-Forwards: 70
        To: <sip:desk@iop.test>
        From: <sip:alice@iop.test>;tag=s
        Call-ID: s
        CSeq: 1 SUBSCRIBE
        Contact: <sip:gb36@gfdl.invalid;transport=ws>
        Event: dialog)"));
    bench.send(first, respond(first.next("SUBSCRIBE"), 100, ""));
    bench.send(second, respond(second.next("SUBSCRIBE"), 200, "b"));
    CHECK(alice.next("200").is_response());
    CHECK(first.idle());
}

TEST_CASE("a callee whose page is closed while it rings is 480 at once", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.phone, invite(t.phone, "alice", test::phone_sdp));
    t.bench.send(t.alice, respond(t.alice.next("INVITE"), 180, "alice-tag"));
    t.bench.close(t.alice);
    CHECK(t.phone.next("480").is_response());
    t.bench.advance(100s);
    CHECK(level(t.bench, "transactions") == 0);
    CHECK(level(t.bench, "exchanges") == 0);
}

TEST_CASE("lower q is tried when the higher has failed; 6xx ends it all", "[proxy]") {
    Bench bench;
    Client &caller = bench.phone("1001", "10.77.0.21:5060");
    Client &first = bench.phone("desk", "10.77.0.22:5060");
    Client &second = bench.phone("desk", "10.77.0.23:5060");
    bench.enroll(first, "<sip:d1@10.77.0.22:5060>;q=0.9");
    bench.enroll(second, "<sip:d2@10.77.0.23:5060>;q=0.5");
    bench.send_with_password(caller, invite(caller, "desk", test::phone_sdp));
    Message at_first = first.next("INVITE");
    CHECK(second.idle());
    SECTION("busy") {
        bench.send(first, respond(at_first, 486, "a"));
        Message at_second = second.next("INVITE");
        bench.send(second, respond(at_second, 404, "b"));
        CHECK(caller.next("486").is_response());
    }
    SECTION("declined") {
        bench.send(first, respond(at_first, 603, "a"));
        CHECK(caller.next("603").is_response());
        CHECK(second.idle());
    }
}

TEST_CASE("a phone that moves its port by Contact is found there", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message at_phone = t.phone.next("INVITE");
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", test::phone_sdp, "sip:1001@10.77.0.21:6060"));
    Message ok = t.alice.next("200");
    Client &elsewhere = t.bench.phone("1001", "10.77.0.21:6060");
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11));
    CHECK(elsewhere.next("ACK").is_request());
}

TEST_CASE("a password hash in a Contact goes no further", "[proxy]") {
    TwoParties t;
    std::string text = invite(t.alice, "1001", browser_sdp);
    text.insert(text.find("transport=ws;ob") + 15, ";impi=alice;ha1=0123;x=1");
    t.bench.send_with_password(t.alice, text);
    CHECK(t.phone.next("INVITE").header(HeaderId::contact) == "<sip:gb36@gfdl.invalid;transport=ws;ob;x=1>");
}

TEST_CASE("the breaker fails on the answer: both sides are hung up after the ACK", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message at_phone = t.phone.next("INVITE");
    t.bench.breaker_up = false;
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", test::phone_sdp));
    Message ok = t.alice.next("200");
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11));
    CHECK(t.phone.next("BYE").is_request());
    CHECK(t.alice.next("BYE").is_request());
    CHECK(t.bench.core().calls(t.bench.now()).empty());
}

TEST_CASE("draining refuses new calls and lets the others go on", "[proxy]") {
    TwoParties t;
    auto call = t.establish();
    t.bench.core().drain();
    t.bench.send_with_password(t.phone, invite(t.phone, "alice", test::phone_sdp));
    CHECK(t.phone.next("503").has(HeaderId::retry_after));
    t.bench.send(t.phone, in_dialog(call.at_caller, t.phone, false, "BYE", 1));
    CHECK(t.alice.next("BYE").is_request());
}

TEST_CASE("early media that the breaker refuses is taken away; the answer may still cross", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message at_phone = t.phone.next("INVITE");
    t.bench.breaker_up = false;
    t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", test::phone_sdp));
    Message early = t.alice.next("183");
    CHECK(early.body().empty());
    CHECK_FALSE(early.has(HeaderId::content_type));
    t.bench.breaker_up = true;
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", test::phone_sdp));
    CHECK(t.alice.next("200").body().find("SAVPF") != std::string_view::npos);
}

TEST_CASE("limits: dialogs of one branch, responses that wait for the breaker", "[proxy]") {
    TwoParties t;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message at_phone = t.phone.next("INVITE");
    auto came = [&] { return std::exchange(t.alice.inbox, {}).size(); };
    came();
    SECTION("forks further down") {
        for (std::size_t i = 0; i < base::limits::sip_dialogs + 1; ++i)
            t.bench.send(t.phone, respond(at_phone, 180, "tag" + std::to_string(i)));
        CHECK(came() == base::limits::sip_dialogs);
        // It can be answered all the same, in the place of an early one; not by ever more.
        for (std::size_t i = 0; i < base::limits::sip_dialogs + 1; ++i)
            t.bench.send(t.phone, respond(at_phone, 200, "other" + std::to_string(i), test::phone_sdp));
        CHECK(came() == base::limits::sip_dialogs);
    }
    SECTION("a breaker that is slow") {
        t.bench.breaker_holds = true;
        for (std::size_t i = 0; i < base::limits::sip_held_responses + 1; ++i)
            t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", test::phone_sdp));
        SECTION("the phone declines") { t.bench.send(t.phone, respond(at_phone, 486, "phone-tag")); }
        SECTION("the phone answers") {
            t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", test::phone_sdp));
        }
        CHECK(came() == 0);
        t.bench.release_breaker();
        CHECK(came() == base::limits::sip_held_responses + 1);
    }
    CHECK(level(t.bench, "responses_dropped") > 0);
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
        CHECK(level(bench, "calls_active") == 0);
    }
    SECTION("by a NOTIFY") {
        notify.insert(notify.find("CSeq"), "Subscription-State: active;expires=28800\r\n");
        bench.send(desk, notify);
        bench.advance(9h);
        CHECK(level(bench, "calls_active") == 1);
        bench.advance(2h);
        CHECK(level(bench, "calls_active") == 0);
    }
}

TEST_CASE("a connection that we opened to a trunk dies: its INVITE fails at once", "[proxy]") {
    auto config = Bench::default_config();
    config.next_hops.push_back({"trunk.example", {}, {}, false});
    Bench bench(config);
    bench.places["trunk.example"] = {"tcp:10.77.0.90:5060"};
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &trunk = bench.tcp_phone("trunk", "10.77.0.90:5060");
    bench.send_with_password(alice,
                             invite(alice, "15551234", test::phone_sdp, "\nRoute: <sip:trunk.example;lr>"));
    CHECK(trunk.next("INVITE").is_request());
    bench.close(trunk);
    CHECK(alice.next("480").is_response());
    bench.advance(100s);
    CHECK(level(bench, "transactions") == 0);
    CHECK(level(bench, "exchanges") == 0);
}

TEST_CASE("kicking a user's bindings leaves nobody to call", "[proxy]") {
    TwoParties t;
    CHECK(t.bench.core().kick("1001", "iop.test", "", t.bench.now()) == 1);
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    CHECK(t.alice.next("480").is_response());
}
