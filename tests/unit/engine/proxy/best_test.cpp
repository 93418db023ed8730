// RFC 3261 section 16.7, and RFC 4320: what the caller is told of all that was answered.
#include <fmt/format.h>

#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/sip/builder.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using engine::proxy::Config;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

/// Two phones of one user ring at once, and both say no: what the caller is told.
Message told(Desks &t, const std::string &first_says, const std::string &second_says) {
    t.bench.send(t.first, first_says);
    t.bench.send(t.second, second_says);
    Message m = t.alice.next();
    while (m.status() < 200)
        m = t.alice.next();
    return m;
}

int told(std::uint16_t one, std::uint16_t other) {
    Desks t(Desks::at_once);
    Message at_first = t.ring();
    Message at_second = t.second.next("INVITE");
    return told(t, respond(at_first, one, "a"), respond(at_second, other, "b")).status();
}

std::string text_message(int n) {
    return message(fmt::format(R"(MESSAGE sip:1001@iop.test SIP/2.0
        Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKm{0}
        Max-Forwards: 70
        To: <sip:1001@iop.test>
        From: <sip:alice@iop.test>;tag=m
        Call-ID: m{0}
        CSeq: 1 MESSAGE)",
                               n));
}

} // namespace

TEST_CASE("16.7 item 6: 6xx first, else the lowest class, and within 4xx what helps to ask again",
          "[proxy][rules]") {
    CHECK(told(603, 404) == 603);
    CHECK(told(404, 600) == 600);
    CHECK(told(500, 404) == 404);
    CHECK(told(404, 302) == 302);
    CHECK(told(486, 407) == 407);
    CHECK(told(404, 415) == 415);
    CHECK(told(480, 420) == 420);
    CHECK(told(404, 484) == 484);
    CHECK(told(480, 486) == 486);
    CHECK(told(503, 504) == 504);
    CHECK(told(503, 503) == 500);
}

TEST_CASE("16.7 item 7: the challenges of all branches come together", "[proxy][rules]") {
    Desks t(Desks::at_once);
    Message at_first = t.ring();
    Message at_second = t.second.next("INVITE");
    auto challenge = [](const Message &request, std::uint16_t code, HeaderId id, std::string_view realm) {
        auto r = wire::sip::make_response(request, code, {}, "tag");
        r.add(id, fmt::format("Digest realm=\"{0}\", nonce=\"{0}\"", realm));
        return r.finish();
    };
    Message m = told(t, challenge(at_first, 401, HeaderId::www_authenticate, "one"),
                     challenge(at_second, 407, HeaderId::proxy_authenticate, "two"));
    CHECK((m.status() == 401 || m.status() == 407));
    CHECK(m.header(HeaderId::www_authenticate) == "Digest realm=\"one\", nonce=\"one\"");
    CHECK(m.header(HeaderId::proxy_authenticate) == "Digest realm=\"two\", nonce=\"two\"");
}

TEST_CASE("16.7 item 5: a 6xx ends the branches beside it, and what would come after", "[proxy][rules]") {
    Desks t(Desks::at_once);
    Message at_first = t.ring();
    Message at_second = t.second.next("INVITE");
    t.bench.send(t.second, respond(at_second, 180, "b"));
    t.bench.send(t.first, respond(at_first, 603, "a"));
    CHECK(t.second.next("CANCEL").is_request());
    t.bench.send(t.second, respond(at_second, 487, "b"));
    CHECK(t.alice.next("603").is_response());
}

TEST_CASE("16.9: a request that cannot be sent is no overload of ours", "[proxy][rules]") {
    TwoParties t;
    t.bench.send_fails = true;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    CHECK(t.alice.next("500").is_response());
}

TEST_CASE("RFC 4320: a request that is no INVITE gets 100 late, no other 1xx and never a 408",
          "[proxy][rules]") {
    TwoParties t;
    t.bench.send_with_password(t.alice, text_message(1));
    Message at_phone = t.phone.next("MESSAGE");
    t.bench.send(t.phone, respond(at_phone, 182, "x"));
    CHECK(t.alice.idle());
    t.bench.advance(3400ms);
    CHECK(t.alice.idle());
    t.bench.advance(200ms);
    CHECK(t.alice.next().status() == 100);
    SECTION("the phone answers") {
        t.bench.send(t.phone, respond(at_phone, 200, "x"));
        CHECK(t.alice.next().status() == 200);
    }
    SECTION("nobody does") {
        t.bench.advance(100s);
        CHECK(t.alice.idle());
        CHECK(t.bench.level("transactions") == 0);
        CHECK(t.bench.level("exchanges") == 0);
    }
}

TEST_CASE("16.6: contacts of the same q ring together, and one without q with the highest",
          "[proxy][rules]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &first = bench.phone("desk", "10.77.0.22:5060");
    Client &second = bench.phone("desk", "10.77.0.23:5060");
    Client &third = bench.phone("desk", "10.77.0.24:5060");
    bench.enroll(alice, alice_contact);
    bench.enroll(first, "<sip:d1@10.77.0.22:5060>;q=1.0");
    bench.enroll(second, "<sip:d2@10.77.0.23:5060>");
    bench.enroll(third, "<sip:d3@10.77.0.24:5060>;q=0.5");
    bench.send_with_password(alice, invite(alice, "desk", browser_sdp));
    Message at_first = first.next("INVITE");
    Message at_second = second.next("INVITE");
    bench.send(first, respond(at_first, 486, "a"));
    CHECK(third.idle());
    bench.send(second, respond(at_second, 486, "b"));
    CHECK(third.next("INVITE").is_request());
}
