// What is the phones' own matter inside a call passes through as they wrote it: 100rel, session timers,
// transfer.
#include <fmt/format.h>

#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/sip/builder.hpp"

using namespace cord;
using namespace cord::test;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

std::string with(std::string text, std::string_view lines) {
    text.insert(text.find("Content-Length"), lines);
    return text;
}

} // namespace

TEST_CASE("a reliable provisional response and its PRACK", "[proxy][passing]") {
    TwoParties t;
    Message at_phone = t.ring(browser_sdp, "\nSupported: 100rel, timer");
    CHECK(at_phone.header(HeaderId::supported) == "100rel, timer");
    t.bench.send(t.phone, with(respond(at_phone, 180, "phone-tag"), "Require: 100rel\r\nRSeq: 813520\r\n"));
    Message ringing = t.alice.next("180");
    CHECK(ringing.header(HeaderId::require) == "100rel");
    CHECK(ringing.header(HeaderId::rseq) == "813520");
    t.bench.send(t.alice, with(in_dialog(ringing, t.alice, true, "PRACK", 12), "RAck: 813520 11 INVITE\r\n"));
    Message prack = t.phone.next("PRACK");
    CHECK(prack.header(HeaderId::rack) == "813520 11 INVITE");
    t.bench.send(t.phone, respond(prack, 200, ""));
    CHECK(t.alice.next("200").header(HeaderId::cseq) == "12 PRACK");
}

TEST_CASE("session timers are agreed by the phones, however short", "[proxy][passing]") {
    TwoParties t;
    SECTION("at the start") {
        Message at_phone = t.ring(browser_sdp, "\nSupported: timer\nSession-Expires: 60;refresher=uac");
        CHECK(at_phone.header(HeaderId::session_expires) == "60;refresher=uac");
        // RFC 4028 section 8.1 lets a proxy raise it; 90 seconds is what the callee asks for here.
        t.bench.send(t.phone, with(respond(at_phone, 422, "phone-tag"), "Min-SE: 90\r\n"));
        CHECK(t.alice.next("422").header(HeaderId::min_se) == "90");
    }
    SECTION("by UPDATE") {
        Message ok = t.establish();
        t.bench.send(t.alice,
                     with(in_dialog(ok, t.alice, true, "UPDATE", 12),
                          "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\nMin-SE: 90\r\n"));
        Message update = t.phone.next("UPDATE");
        CHECK(update.header(HeaderId::session_expires) == "90;refresher=uac");
        CHECK(update.header(HeaderId::min_se) == "90");
        t.bench.send(t.phone, with(respond(update, 200, ""), "Session-Expires: 90;refresher=uac\r\n"));
        CHECK(t.alice.next("200").header(HeaderId::session_expires) == "90;refresher=uac");
    }
}

TEST_CASE("INFO and REFER go to the other side, their answers and NOTIFY back", "[proxy][passing]") {
    TwoParties t;
    Message ok = t.establish();
    std::string info = with(in_dialog(ok, t.alice, true, "INFO", 12), "Content-Type: text/plain\r\n");
    info.replace(info.find("Content-Length: 0\r\n\r\n"), 21, "Content-Length: 10\r\n\r\nNumber=5\r\n");
    t.bench.send(t.alice, info);
    Message at_phone = t.phone.next("INFO");
    CHECK(at_phone.body() == "Number=5\r\n");
    t.bench.send(t.phone, respond(at_phone, 200, ""));
    CHECK(t.alice.next("200").is_response());

    const std::string_view refer_to = "<sip:carol@iop.test?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>";
    t.bench.send(t.alice,
                 with(in_dialog(ok, t.alice, true, "REFER", 13),
                      fmt::format("Refer-To: {}\r\nReferred-By: <sip:alice@iop.test>\r\n", refer_to)));
    Message refer = t.phone.next("REFER");
    CHECK(refer.header(HeaderId::refer_to) == refer_to);
    CHECK(refer.header(HeaderId::referred_by) == "<sip:alice@iop.test>");
    t.bench.send(t.phone, respond(refer, 202, ""));
    CHECK(t.alice.next("202").is_response());
    t.bench.send(t.phone, with(in_dialog(ok, t.phone, false, "NOTIFY", 2),
                               "Event: refer\r\nSubscription-State: active;expires=60\r\n"));
    CHECK(t.alice.next("NOTIFY").header(HeaderId::event) == "refer");
}

TEST_CASE("an INVITE that replaces another call", "[proxy][passing]") {
    TwoParties t;
    const std::string_view replaces = "425928@bobster.example;to-tag=7743;from-tag=6472";
    Message at_phone = t.ring(browser_sdp, fmt::format("\nReplaces: {}\nRequire: replaces", replaces));
    CHECK(at_phone.header(HeaderId::replaces) == replaces);
    CHECK(at_phone.header(HeaderId::require) == "replaces");
}

TEST_CASE(
    "a server at another port of our machine stays in the route, though its address is a domain of ours",
    "[proxy]") {
    for (const char *place : {"10.77.0.1:5070", "10.77.0.1"}) { // the usual port is not ours here
        INFO(place);
        engine::proxy::Config config = Bench::default_config();
        config.domains.push_back("10.77.0.1");
        for (auto &listener : config.listeners)
            listener.local.port += 2;
        TwoParties t(config);
        const std::string route = fmt::format("<sip:{};lr>", place);
        std::string ok = respond(t.ring(), 200, "phone-tag", phone_sdp);
        ok.insert(ok.find("\r\n") + 2, "Record-Route: " + route + "\r\n");
        t.bench.send(t.phone, ok);
        t.bench.send(t.alice, in_dialog(t.alice.next("200"), t.alice, true, "ACK", 12));
        CHECK(t.phone.next("ACK").header(HeaderId::route) == route);
    }
}
