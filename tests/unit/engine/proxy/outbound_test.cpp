// Several flows of one client (RFC 5626 section 7), and requests to one client by its GRUU (RFC 5627 section
// 6).
#include <fmt/format.h>

#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using engine::proxy::Config;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

/// A phone with two connections, and one that calls it.
struct TwoFlows {
    Bench bench;
    Client &caller = bench.phone("1002", "10.77.0.22:5060");
    Client &older = bench.tcp_phone("1001", "10.77.0.21:40001");
    Client &newer = bench.tcp_phone("1001", "10.77.0.21:40002");

    TwoFlows() {
        enroll(older, 1);
        bench.advance(1s);
        enroll(newer, 2);
    }
    void enroll(Client &flow, int reg_id) {
        bench.enroll(flow, fmt::format("<sip:1001@192.168.1.9:5060;transport=tcp>;reg-id={};+sip.instance="
                                       "\"<urn:uuid:p1>\"",
                                       reg_id));
    }
    /// Gives the INVITE that the newer flow got.
    Message ring() {
        bench.send_with_password(caller, invite(caller, "1001", phone_sdp));
        return newer.next("INVITE");
    }
};

/// Two browsers of alice that know GRUU, and a phone.
struct TwoBrowsers {
    Bench bench;
    Client &phone = bench.phone("1002", "10.77.0.22:5060");
    Client &home = bench.browser("alice", "10.77.0.11:50000");
    Client &office = bench.browser("alice", "10.77.0.12:50000");
    std::string public_gruu, temporary_gruu;

    TwoBrowsers() {
        enroll(office, "office", "");
        home_registers("");
    }
    Message enroll(Client &client, std::string_view name, std::string_view extra) {
        bench.send_with_password(client, message(fmt::format(R"(REGISTER sip:iop.test SIP/2.0
            Via: SIP/2.0/WSS x.invalid;branch=z9hG4bKr{0}{1}
            Max-Forwards: 70
            To: <sip:alice@iop.test>
            From: <sip:alice@iop.test>;tag=1
            Call-ID: reg-{0}{1}
            CSeq: 1 REGISTER
            Contact: <sip:{0}@x.invalid;transport=ws>;+sip.instance="<urn:uuid:{0}>"
            Supported: gruu)",
                                                             name, extra)));
        return client.next("200");
    }
    void home_registers(std::string_view extra) {
        Message ok = enroll(home, "home", extra);
        for (const auto &value : ok.values(HeaderId::contact)) {
            auto contact = wire::sip::NameAddr::parse(value.text);
            if (contact->uri.user != "home")
                continue;
            public_gruu = contact->params.value("pub-gruu").value_or("");
            temporary_gruu = contact->params.value("temp-gruu").value_or("");
        }
    }
    void call(const std::string &uri) {
        std::string text = invite(phone, "alice", phone_sdp);
        text.replace(text.find("sip:alice@iop.test"), std::string_view("sip:alice@iop.test").size(), uri);
        text.replace(text.find("call-1002"), 9, fmt::format("call-{}", ++calls));
        text.insert(text.find("z9hG4bKi") + 8, std::to_string(calls));
        bench.send_with_password(phone, text);
    }
    int calls = 0;
};

} // namespace

TEST_CASE("RFC 5626 7: of several flows of one client the latest alone is tried", "[proxy][outbound]") {
    TwoFlows t;
    Message at_phone = t.ring();
    CHECK(t.older.idle());
    t.bench.send(t.newer, respond(at_phone, 486, "busy"));
    CHECK(t.caller.next("486").is_response());
    CHECK(t.older.idle());
}

TEST_CASE("RFC 5626 7: after a 430, and when a flow dies, the next one is tried", "[proxy][outbound]") {
    TwoFlows t;
    Message at_phone = t.ring();
    SECTION("430") { t.bench.send(t.newer, respond(at_phone, 430, "gone")); }
    SECTION("its connection ends") { t.bench.close(t.newer); }
    SECTION("it never answers") { t.bench.advance(33s); }
    Message again = t.older.next("INVITE");
    CHECK(again.first_value(HeaderId::via)->text != at_phone.first_value(HeaderId::via)->text);
    t.bench.send(t.older, respond(again, 200, "here", phone_sdp));
    Message ok = t.caller.next("200");
    t.bench.send(t.caller, in_dialog(ok, t.caller, true, "ACK", 11));
    CHECK(t.older.next("ACK").is_request());
    t.bench.send(t.caller, in_dialog(ok, t.caller, true, "BYE", 12));
    CHECK(t.older.next("BYE").is_request());
}

TEST_CASE("RFC 5626 7: when the last flow has failed, that is the answer", "[proxy][outbound]") {
    TwoFlows t;
    t.bench.send(t.newer, respond(t.ring(), 430, "gone"));
    t.bench.send(t.older, respond(t.older.next("INVITE"), 430, "gone"));
    CHECK(t.caller.next("430").is_response());
    CHECK(t.bench.core().calls(t.bench.now()).empty());
}

TEST_CASE("a client that is found gone while it is cancelled is not called again", "[proxy][outbound]") {
    TwoFlows t;
    Message at_phone = t.ring();
    std::string cancel = invite(t.caller, "1001", "");
    cancel.replace(0, 6, "CANCEL");
    cancel.replace(cancel.find("z9hG4bK") + 7, 0, "x");
    cancel.replace(cancel.find("CSeq: 1 INVITE"), 14, "CSeq: 11 CANCEL");
    t.bench.send(t.caller, cancel);
    CHECK(t.caller.next("200").is_response());
    t.bench.send(t.newer, respond(at_phone, 430, "gone"));
    CHECK(t.older.idle());
}

TEST_CASE("RFC 5627 6: a GRUU of either kind reaches that client and no other", "[proxy][gruu]") {
    TwoBrowsers t;
    CHECK(t.public_gruu == "sip:alice@iop.test;gr=urn:uuid:home");
    for (const std::string &gruu : {t.public_gruu, t.temporary_gruu}) {
        INFO(gruu);
        t.call(gruu);
        CHECK(t.home.next("INVITE").request_uri() == "sip:home@x.invalid;transport=ws");
        CHECK(t.office.idle());
    }
    t.call("sip:alice@iop.test");
    CHECK(t.office.next("INVITE").is_request());
}

TEST_CASE("RFC 5627 6.1: of a client that knows no flows and has come again the latest Contact is called",
          "[proxy][gruu]") {
    Bench bench;
    Client &caller = bench.phone("1002", "10.77.0.22:5060");
    Client &before = bench.browser("alice", "10.77.0.11:50000");
    Client &after = bench.browser("alice", "10.77.0.11:50001");
    bench.enroll(before, "<sip:x1@x.invalid;transport=ws>;+sip.instance=\"<urn:uuid:p1>\"");
    bench.advance(1s);
    bench.enroll(after, "<sip:x2@x.invalid;transport=ws>;+sip.instance=\"<urn:uuid:p1>\"");
    bench.send_with_password(caller, invite(caller, "alice", phone_sdp));
    Message at_after = after.next("INVITE");
    CHECK(before.idle());
    SECTION("its answer is that of the client") {
        bench.send(after, respond(at_after, 486, "busy"));
        CHECK(caller.next("486").is_response());
        CHECK(before.idle());
    }
    SECTION("silence is none") {
        bench.advance(33s);
        CHECK(before.next("INVITE").is_request());
    }
}

TEST_CASE("RFC 3261 16.6 item 2: what a Request-URI must not have is taken from a Contact", "[proxy]") {
    Bench bench;
    Client &caller = bench.phone("1002", "10.77.0.22:5060");
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.enroll(phone, "<sip:1001@10.77.0.21:5060;x=y;method=BYE;z?Route=%3Csip:evil.example%3E>");
    bench.send_with_password(caller, invite(caller, "1001", phone_sdp));
    CHECK(phone.next("INVITE").request_uri() == "sip:1001@10.77.0.21:5060;x=y;z");
}

TEST_CASE("RFC 5627 5.4: a GRUU of a client that is gone is 480, a temporary one 404", "[proxy][gruu]") {
    TwoBrowsers t;
    t.bench.close(t.home);
    t.call(t.public_gruu);
    CHECK(t.phone.next("480").is_response());
    t.call(t.temporary_gruu);
    CHECK(t.phone.next("404").is_response());
    // It is registered again, but by another registration.
    const std::string former = t.temporary_gruu;
    t.bench.reconnect(t.home);
    t.home_registers("again");
    t.call(former);
    CHECK(t.phone.next("404").is_response());
    t.call(t.temporary_gruu);
    CHECK(t.home.next("INVITE").is_request());
}

TEST_CASE("a GRUU that nobody was given is not found", "[proxy][gruu]") {
    TwoBrowsers t;
    t.call("sip:tgruu.00112233445566778899aabbccddeeff@iop.test;gr");
    CHECK(t.phone.next("404").is_response());
    t.call("sip:nobody@iop.test;gr=urn:uuid:home");
    CHECK(t.phone.next("404").is_response());
    t.call("sip:alice@iop.test;gr=urn:uuid:elsewhere");
    CHECK(t.phone.next("480").is_response());
}

TEST_CASE("a client whose Contact in a call is its temporary GRUU gets its own Contact back",
          "[proxy][gruu]") {
    TwoBrowsers t;
    t.call(t.public_gruu);
    Message at_home = t.home.next("INVITE");
    t.bench.send(t.home, respond(at_home, 200, "home", browser_sdp, t.temporary_gruu));
    Message ok = t.phone.next("200");
    CHECK(ok.header(HeaderId::contact) == fmt::format("<{}>", t.temporary_gruu));
    t.bench.send(t.phone, in_dialog(ok, t.phone, true, "ACK", 11));
    CHECK(t.home.next("ACK").request_uri() == "sip:home@x.invalid;transport=ws");
    t.bench.send(t.phone, in_dialog(ok, t.phone, true, "BYE", 12));
    CHECK(t.home.next("BYE").request_uri() == "sip:home@x.invalid;transport=ws");
}

TEST_CASE("RFC 3261 10.3 item 5: a user of another domain than the Request-URI's is not found", "[proxy]") {
    Config config = Bench::default_config();
    config.domains.emplace_back("second.test");
    Bench bench(config);
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    auto text = [](std::string_view uri, std::string_view to) {
        return message(fmt::format(R"(REGISTER {} SIP/2.0
            Via: SIP/2.0/UDP 10.77.0.21:5060;branch=z9hG4bK{}{};rport
            Max-Forwards: 70
            To: <{}>
            From: <{}>;tag=1
            Call-ID: c
            CSeq: 1 REGISTER)",
                                   uri, uri.size(), to.size(), to, to));
    };
    bench.send_with_password(phone, text("sip:iop.test", "sip:1001@second.test"));
    CHECK(phone.next("404").is_response());
    bench.send_with_password(phone, text("sip:10.77.0.1", "sip:1001@second.test"));
    CHECK(phone.next("200").is_response());
    bench.send(phone, text("sip:iop.test", "sip:1001@elsewhere.example"));
    CHECK(phone.next("404").is_response());
}

TEST_CASE("RFC 3608: a client behind an edge proxy is told a Service-Route, and its requests come by that",
          "[proxy]") {
    Bench bench;
    Client &edge = bench.phone("1001", "10.77.0.30:5060");
    Client &desk = bench.phone("1002", "10.77.0.22:5060");
    bench.enroll(desk, "<sip:1002@10.77.0.22:5060>");
    bench.send_with_password(edge, message(R"(REGISTER sip:iop.test SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.30:5060;branch=z9hG4bK1;rport
        Path: <sip:edge@10.77.0.30;lr>
        Max-Forwards: 70
        To: <sip:1001@iop.test>
        From: <sip:1001@iop.test>;tag=1
        Call-ID: c
        CSeq: 1 REGISTER
        Contact: <sip:1001@192.168.1.9>
        Supported: path)"));
    Message ok = edge.next("200");
    const std::string route(ok.header(HeaderId::service_route).value_or(""));
    CHECK(route.starts_with("<sip:0-0-"));
    bench.send_with_password(edge, invite(edge, "1002", phone_sdp, "\nRoute: " + route));
    CHECK_FALSE(desk.next("INVITE").has(HeaderId::route));
}
