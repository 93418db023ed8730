// RFC 3261 section 16, the proxy's rules, one by one: what is refused and in which order, what is repaired,
// and how a request goes on.
#include <fmt/format.h>

#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using engine::proxy::Config;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
    return text;
}

std::string uri_of(const wire::sip::Value &value) {
    return std::string(wire::sip::NameAddr::parse(value.text)->uri.text);
}

/// A request of the phone to a user, without a dialog.
std::string from_phone(std::string_view method, std::string_view uri, std::string_view extra = "") {
    static int n = 0;
    ++n;
    return message(fmt::format(R"({0} {1} SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.21:5060;rport;branch=z9hG4bKrule{2}
        Max-Forwards: 70
        To: <sip:alice@iop.test>
        From: <sip:1001@iop.test>;tag=rule
        Call-ID: rule-{2}
        CSeq: 1 {0}
        Contact: <sip:1001@10.77.0.21:5060>{3})",
                               method, uri, n, extra));
}

struct Rules : TwoParties {
    int refused_with(const std::string &request) {
        phone.inbox.clear();
        bench.send(phone, request);
        return phone.next().status();
    }
};

} // namespace

TEST_CASE("16.3: of several faults the first in the RFC's order is told", "[proxy][rules]") {
    Rules t;
    const std::string_view required = "\nProxy-Require: privacy, foo";
    const std::string none =
        replaced(from_phone("INVITE", "tel:+1", required), "Max-Forwards: 70", "Max-Forwards: 0");
    CHECK(t.refused_with(replaced(none, "CSeq: 1 INVITE", "CSeq: 1 BYE")) == 400);
    CHECK(t.refused_with(replaced(none, "rule", "rule-416-")) == 416);
    const std::string far =
        replaced(from_phone("INVITE", "sip:alice@iop.test", required), "Max-Forwards: 70", "Max-Forwards: 0");
    CHECK(t.refused_with(far) == 483);
    // Before credentials are asked for.
    t.bench.send(t.phone, from_phone("INVITE", "sip:alice@iop.test", required));
    Message unsupported = t.phone.next("420");
    CHECK(unsupported.header(HeaderId::unsupported) == "privacy, foo");
    CHECK(t.refused_with(from_phone("INVITE", "sip:alice@iop.test")) == 407);
}

TEST_CASE("16.3 item 3: what ends here needs no hop more", "[proxy][rules]") {
    Rules t;
    CHECK(t.refused_with(
              replaced(from_phone("OPTIONS", "sip:iop.test"), "Max-Forwards: 70", "Max-Forwards: 0")) == 200);
    CHECK(t.refused_with(replaced(from_phone("OPTIONS", "sip:alice@iop.test"), "Max-Forwards: 70",
                                  "Max-Forwards: 0")) == 483);
}

TEST_CASE("16.3 item 4, RFC 5393 section 4.2: a loop is told from a spiral", "[proxy][rules]") {
    Config config = Bench::default_config();
    config.authenticate = false;
    Bench bench(config);
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    Client &other = bench.phone("1002", "10.77.0.22:5060");
    const std::string mine = message(R"(REGISTER sip:iop.test SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.22:5060;rport;branch=z9hG4bKreg
        Max-Forwards: 70
        To: <sip:1002@iop.test>
        From: <sip:1002@iop.test>;tag=1
        Call-ID: reg
        CSeq: 1 REGISTER
        Contact: <sip:1002@10.77.0.22:5060>)");
    bench.send(other, mine);
    CHECK(other.next().status() == 200);
    bench.send(phone, from_phone("MESSAGE", "sip:1002@iop.test"));
    const std::string once(other.next("MESSAGE").bytes());
    // It comes back to us with another Request-URI: that is no loop.
    bench.send(other,
               replaced(replaced(once, "MESSAGE sip:1002@10.77.0.22:5060", "MESSAGE sip:1003@iop.test"),
                        "Via: ", "Via: SIP/2.0/UDP 10.77.0.22:5060;branch=z9hG4bKback\r\nVia: "));
    CHECK(other.next().status() == 480);
    bench.send(other,
               replaced(replaced(once, "MESSAGE sip:1002@10.77.0.22:5060", "MESSAGE sip:1002@iop.test"),
                        "Via: ", "Via: SIP/2.0/UDP 10.77.0.22:5060;branch=z9hG4bKloop\r\nVia: "));
    CHECK(other.next().status() == 482);
}

TEST_CASE("16.4: what a strict router did is undone", "[proxy][rules]") {
    TwoParties t;
    Message ok = t.establish();
    // The first route stands in the Request-URI, the target at the end of the Route.
    Message loose = *Message::parse(in_dialog(ok, t.alice, true, "BYE", 12));
    std::vector<std::string> routes;
    for (const auto &value : loose.values(HeaderId::route))
        routes.push_back(uri_of(value));
    REQUIRE(routes.size() == 2);
    wire::sip::Edit edit(loose);
    edit.request_uri(routes[0]);
    edit.remove_all(HeaderId::route);
    const std::string target(loose.request_uri());
    SECTION("which knew both our faces") {
        edit.append(HeaderId::route, fmt::format("<{}>, <{}>", routes[1], target));
    }
    SECTION("which took us for one") { edit.append(HeaderId::route, fmt::format("<{}>", target)); }
    t.bench.send(t.alice, edit.render());
    Message bye = t.phone.next("BYE");
    CHECK(bye.request_uri() == target);
    CHECK_FALSE(bye.has(HeaderId::route));
    t.bench.send(t.phone, respond(bye, 200, ""));
    CHECK(t.alice.next("200").is_response());
}

TEST_CASE("16.4: a maddr of ours is stripped, with port and transport", "[proxy][rules]") {
    TwoParties t;
    t.bench.send_with_password(
        t.phone, from_phone("MESSAGE", "sip:alice@iop.test:5060;maddr=10.77.0.1;transport=tcp"));
    CHECK(t.alice.next("MESSAGE").is_request());
    // It stands for the host, where that is another's.
    t.bench.send_with_password(t.phone, from_phone("MESSAGE", "sip:alice@far.example;maddr=10.77.0.1"));
    CHECK(t.phone.next().status() == 403);
}

TEST_CASE("16.5: a maddr that leads elsewhere is the only target, and we do not relay there",
          "[proxy][rules]") {
    TwoParties t;
    t.bench.send_with_password(t.phone, from_phone("MESSAGE", "sip:alice@iop.test;maddr=192.0.2.9"));
    CHECK(t.phone.next().status() == 403);
    CHECK(t.alice.idle());
}

TEST_CASE("16.6 item 6: a next hop without lr gets the request as a strict router wants it",
          "[proxy][rules]") {
    TwoParties t;
    SECTION("in a registered Path") {
        Client &far = t.bench.phone("far", "10.77.0.24:5060");
        t.bench.enroll(far, "<sip:far@192.168.1.2>", "\nPath: <sip:10.77.0.24:5060>, <sip:inner.example;lr>");
        t.bench.send_with_password(t.phone, from_phone("MESSAGE", "sip:far@iop.test"));
        Message there = far.next("MESSAGE");
        CHECK(there.request_uri() == "sip:10.77.0.24:5060");
        std::vector<std::string> routes;
        for (const auto &value : there.values(HeaderId::route))
            routes.push_back(uri_of(value));
        CHECK(routes == std::vector<std::string>{"sip:inner.example;lr", "sip:far@192.168.1.2"});
    }
    SECTION("in a dialog") {
        Message at_phone = t.ring();
        auto answer = wire::sip::make_response(at_phone, 200, {}, "phone-tag");
        answer.add(HeaderId::record_route, "<sip:10.77.0.21:5060>");
        for (const auto &value : at_phone.values(HeaderId::record_route))
            answer.add(HeaderId::record_route, value.text);
        answer.add(HeaderId::contact, "<sip:behind@192.168.1.2>");
        t.bench.send(t.phone, answer.finish());
        t.bench.send(t.alice, in_dialog(t.alice.next("200"), t.alice, true, "ACK", 11));
        Message ack = t.phone.next("ACK");
        CHECK(ack.request_uri() == "sip:10.77.0.21:5060");
        CHECK(ack.header(HeaderId::route) == "<sip:behind@192.168.1.2>");
    }
}

TEST_CASE("16.6 item 3, RFC 5393 5.3: hops are counted, and how wide a request may fork", "[proxy][rules]") {
    TwoParties t;
    auto forwarded = [&](std::string_view extra) {
        t.bench.send_with_password(t.phone, from_phone("MESSAGE", "sip:alice@iop.test", extra));
        return t.alice.next("MESSAGE");
    };
    CHECK(forwarded("").header(HeaderId::max_forwards) == "69");
    CHECK(forwarded("").header(HeaderId::max_breadth) == "60");
    CHECK(forwarded("\nMax-Breadth: 7").header(HeaderId::max_breadth) == "7");
    CHECK(forwarded("\nMax-Breadth: 1000").header(HeaderId::max_breadth) == "60");
    CHECK(forwarded("\nMax-Breadth: many").header(HeaderId::max_breadth) == "60");
    t.bench.send_with_password(t.phone, from_phone("MESSAGE", "sip:alice@iop.test", "\nMax-Breadth: 0"));
    CHECK(t.phone.next().status() == 440);
}

TEST_CASE("RFC 5393 5.3.3: parallel branches share the breadth, serial ones have it in turn",
          "[proxy][rules]") {
    SECTION("at once") {
        Desks t(Desks::at_once);
        t.bench.send_with_password(t.alice, invite(t.alice, "desk", browser_sdp, "\nMax-Breadth: 5"));
        CHECK(t.first.next("INVITE").header(HeaderId::max_breadth) == "3");
        CHECK(t.second.next("INVITE").header(HeaderId::max_breadth) == "2");
    }
    SECTION("not enough") {
        Desks t(Desks::at_once);
        t.bench.send_with_password(t.alice, invite(t.alice, "desk", browser_sdp, "\nMax-Breadth: 1"));
        CHECK(t.alice.next("440").is_response());
        CHECK((t.first.idle() && t.second.idle()));
    }
    SECTION("in turn") {
        Desks t(Desks::in_turn);
        t.bench.send_with_password(t.alice, invite(t.alice, "desk", browser_sdp, "\nMax-Breadth: 1"));
        Message at_first = t.first.next("INVITE");
        t.bench.send(t.first, respond(at_first, 486, "a"));
        CHECK(t.second.next("INVITE").header(HeaderId::max_breadth) == "1");
    }
}
