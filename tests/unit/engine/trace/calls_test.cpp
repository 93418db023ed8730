#include "engine/trace/calls.hpp"

#include <fmt/format.h>

#include "support.hpp"
#include "support/catch.hpp"
#include "wire/rtp/packet.hpp"

using namespace cord::engine::trace;
using namespace std::chrono_literals;
using cord::base::Endpoint;

namespace {

const Endpoint alice = *Endpoint::parse("192.0.2.1:5060");
const Endpoint proxy = *Endpoint::parse("192.0.2.9:5060");
const Endpoint bob = *Endpoint::parse("192.0.2.2:5060");

struct Spoken {
    std::string start;
    std::string method = "INVITE";
    std::string branch = "z9hG4bK1";
    std::string to_tag = {};
    std::string body = {};
    std::string call_id = "one";
    std::string extra = {};
};

std::string text_of(const Spoken &s) {
    return fmt::format(
        "{}\r\nVia: SIP/2.0/UDP host;branch={}\r\nFrom: <sip:alice@example.com>;tag=a\r\n"
        "To: <sip:bob@example.com>{}\r\nCall-ID: {}\r\nCSeq: 1 {}\r\n{}{}Content-Length: {}\r\n\r\n{}",
        s.start, s.branch, s.to_tag, s.call_id, s.method, s.extra,
        s.body.empty() ? "" : "Content-Type: application/sdp\r\n", s.body.size(), s.body);
}

/// Says things at a pace of one a second.
struct Trace {
    Calls calls;
    std::chrono::seconds now{0};

    const Call &say(const Endpoint &from, const Endpoint &to, const Spoken &s) {
        const std::string raw = text_of(s);
        const auto added = calls.add(SipRecord{Stamp(++now), Transport::udp, from, to, raw});
        REQUIRE(added);
        return *added->call;
    }
    const Call &ask(const Spoken &s) { return say(alice, bob, s); }
    const Call &answer(const Spoken &s) { return say(bob, alice, s); }
};

const Spoken invite{"INVITE sip:bob@example.com SIP/2.0"};
const std::string offer = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
                          "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";

std::string rtp(std::uint8_t pt, std::uint16_t sequence, std::uint32_t timestamp, std::string_view payload) {
    std::vector<std::uint8_t> out;
    cord::wire::rtp::append_header(out, {pt, false, sequence, timestamp, 0x1234});
    return std::string(cord::base::as_text(out)) + std::string(payload);
}

} // namespace

TEST_CASE("a call that is answered and ended") {
    Trace t;
    CHECK(t.ask(invite).state() == "calling");
    CHECK(t.answer({"SIP/2.0 100 Trying"}).state() == "calling");
    CHECK(t.answer({"SIP/2.0 180 Ringing"}).state() == "ringing");
    CHECK(t.answer({"SIP/2.0 200 OK", "INVITE", "z9hG4bK1", ";tag=b"}).state() == "in-call");
    t.ask({"ACK sip:bob@example.com SIP/2.0", "ACK", "z9hG4bK2", ";tag=b"});
    t.ask({"BYE sip:bob@example.com SIP/2.0", "BYE", "z9hG4bK3", ";tag=b"});
    const Call &call = t.answer({"SIP/2.0 200 OK", "BYE", "z9hG4bK3", ";tag=b"});
    CHECK(call.state() == "completed");
    CHECK(call.kind() == Call::Kind::call);
    CHECK(call.number == 1);
    CHECK(call.from() == "alice@example.com");
    CHECK(call.to() == "bob@example.com");
    CHECK(call.code() == 200);
    CHECK(call.setup() == 3s);
    CHECK(call.duration() == 2s);
    CHECK(call.legs() == 1);
    CHECK(call.messages().size() == 7);
}

TEST_CASE("calls that are not answered") {
    const auto state = [](const std::string &start) {
        Trace t;
        t.ask(invite);
        const Call &call = t.answer({start});
        CHECK(!call.setup());
        return std::string(call.state());
    };
    CHECK(state("SIP/2.0 302 Moved Temporarily") == "diverted");
    CHECK(state("SIP/2.0 407 Proxy Authentication Required") == "challenged");
    CHECK(state("SIP/2.0 486 Busy Here") == "busy");
    CHECK(state("SIP/2.0 480 Temporarily Unavailable") == "no-answer");
    CHECK(state("SIP/2.0 404 Not Found") == "failed");
    CHECK(state("SIP/2.0 603 Decline") == "rejected");
}

TEST_CASE("a call that its caller gives up") {
    Trace t;
    t.ask(invite);
    CHECK(t.ask({"CANCEL sip:bob@example.com SIP/2.0", "CANCEL"}).state() == "cancelled");
    t.answer({"SIP/2.0 200 OK", "CANCEL"});
    const Call &call = t.answer({"SIP/2.0 487 Request Terminated"});
    CHECK(call.state() == "cancelled");
    CHECK(call.code() == 487);
}

TEST_CASE("a challenge is answered by the same call") {
    Trace t;
    t.ask(invite);
    CHECK(t.answer({"SIP/2.0 401 Unauthorized"}).state() == "challenged");
    CHECK(t.ask({invite.start, "INVITE", "z9hG4bK2"}).state() == "calling");
    CHECK(t.answer({"SIP/2.0 200 OK", "INVITE", "z9hG4bK2", ";tag=b"}).state() == "in-call");
}

TEST_CASE("through a proxy, what the caller sees decides") {
    Trace t;
    t.say(alice, proxy, invite);
    t.say(proxy, bob, {invite.start, "INVITE", "z9hG4bKp1"});
    t.say(proxy, bob, {invite.start, "INVITE", "z9hG4bKp2"});
    t.say(bob, proxy, {"SIP/2.0 486 Busy Here", "INVITE", "z9hG4bKp1"});
    CHECK(t.calls.all()[0]->state() == "calling");
    t.say(bob, proxy, {"SIP/2.0 200 OK", "INVITE", "z9hG4bKp2", ";tag=b"});
    CHECK(t.calls.all()[0]->state() == "calling");
    const Call &call = t.say(proxy, alice, {"SIP/2.0 200 OK", "INVITE", "z9hG4bK1", ";tag=b"});
    CHECK(call.state() == "in-call");
    CHECK(call.legs() == 2);
}

TEST_CASE("registrations stand apart, behind the calls") {
    Trace t;
    t.ask({"REGISTER sip:example.com SIP/2.0", "REGISTER", "z9hG4bK1", "", "", "two"});
    CHECK(t.answer({"SIP/2.0 401 Unauthorized", "REGISTER", "z9hG4bK1", "", "", "two"}).state() ==
          "challenged");
    t.ask({"REGISTER sip:example.com SIP/2.0", "REGISTER", "z9hG4bK2", "", "", "two"});
    CHECK(t.answer({"SIP/2.0 200 OK", "REGISTER", "z9hG4bK2", "", "", "two"}).state() == "registered");
    t.ask({"REGISTER sip:example.com SIP/2.0", "REGISTER", "z9hG4bK3", "", "", "two", "Expires: 0\r\n"});
    const Call &r = t.answer({"SIP/2.0 200 OK", "REGISTER", "z9hG4bK3", "", "", "two"});
    CHECK(r.state() == "unregistered");
    CHECK(r.kind() == Call::Kind::registration);
    CHECK(r.number == 0);
    t.ask(invite);
    const auto listed = t.calls.listed();
    REQUIRE(listed.size() == 2);
    CHECK(listed[0]->call_id() == "one");
    CHECK(listed[1]->call_id() == "two");
}

TEST_CASE("retransmissions, and packets captured twice") {
    Trace t;
    t.ask(invite);
    const Call &call = t.ask(invite);
    CHECK(call.messages()[1].repeat == Repeat::retransmission);
    t.say(alice, proxy, invite);
    CHECK(call.messages()[2].repeat == Repeat::no);
    const std::string raw = text_of(invite);
    (void)t.calls.add(SipRecord{Stamp(t.now + 1ms), Transport::udp, alice, proxy, raw});
    CHECK(call.messages()[3].repeat == Repeat::duplicate);
}

TEST_CASE("media belong to the call whose session description names their address") {
    Trace t;
    t.ask({invite.start, "INVITE", "z9hG4bK1", "", offer});
    const Endpoint wanted = *Endpoint::parse("192.0.2.1:4000");
    const Endpoint phone = *Endpoint::parse("192.0.2.2:6000");
    const auto send = [&](const Endpoint &to, const std::string &bytes) {
        return t.calls.add(Datagram{Stamp(++t.now), phone, to, cord::base::as_bytes(bytes)});
    };
    const auto hit = send(wanted, rtp(0, 1, 160, "audio"));
    REQUIRE(hit);
    CHECK(hit->stream == 0);
    CHECK(!hit->rtcp);
    CHECK(!send(*Endpoint::parse("192.0.2.1:4002"), rtp(0, 2, 320, "audio")));
    CHECK(!send(wanted, "not RTP"));
    const std::string five("\x05\x0A\0\xA0", 4);
    send(wanted, rtp(101, 3, 480, five));
    send(wanted, rtp(101, 4, 480, five));
    send(wanted, rtp(101, 5, 900, std::string("\x0B\x8A\0\xA0", 4)));
    const Call &call = *t.calls.all()[0];
    REQUIRE(call.streams().size() == 1);
    const MediaStream &s = call.streams()[0];
    CHECK(s.codec() == "pcmu/8000");
    CHECK(s.packets == 4);
    CHECK(s.digits == "5#");
    CHECK(!s.encrypted);
}

TEST_CASE("calls begun first are forgotten when there are too many bytes") {
    Calls calls(20'000);
    for (int i = 0; i < 100; ++i) {
        Spoken s = invite;
        s.call_id = std::to_string(i);
        const std::string raw = text_of(s);
        CHECK(calls.add(SipRecord{Stamp(std::chrono::seconds(i)), Transport::udp, alice, bob, raw}));
    }
    CHECK(calls.forgotten() > 0);
    CHECK(calls.forgotten() + calls.all().size() == 100);
    CHECK(calls.all().back()->call_id() == "99");
    CHECK(calls.all().back()->number == 100);
}

TEST_CASE("messages of one Call-ID are bounded") {
    Call call("one");
    const std::string raw = text_of(invite);
    const auto message = *read_message(raw);
    const SipRecord record{{}, Transport::udp, alice, bob, raw, true};
    for (std::size_t i = 0; i <= cord::base::limits::trace_call_messages; ++i)
        call.add(Entry(i, record, message), message);
    CHECK(call.dropped() == cord::base::limits::trace_call_messages / 2);
    CHECK(call.messages().size() + call.dropped() == cord::base::limits::trace_call_messages + 1);
}

TEST_CASE("of a registration that is refreshed for ever the last messages are kept") {
    Trace t;
    for (int i = 0; i < 1'500; ++i)
        t.ask({"REGISTER sip:example.com SIP/2.0", "REGISTER", "z9hG4bK" + std::to_string(i)});
    const Call &call = *t.calls.all()[0];
    CHECK(call.messages().size() <= cord::base::limits::trace_refreshes);
    CHECK(call.messages().size() + call.dropped() == 1'500);
    CHECK(call.find(1'500) == &call.messages().back());
    CHECK(call.find(1) == nullptr);
    CHECK(call.cost() < 1'000'000);
}

TEST_CASE("what lasts is not copied") {
    const std::string raw = "\r\n" + text_of(invite);
    for (const bool lasting : {true, false}) {
        Calls calls;
        const auto added = calls.add(SipRecord{{}, Transport::udp, alice, bob, raw, lasting});
        REQUIRE(added);
        CHECK(added->entry->bytes() == std::string_view(raw).substr(2));
        CHECK((added->entry->bytes().data() == raw.data() + 2) == lasting);
        CHECK(added->entry->method() == "INVITE");
        CHECK(added->entry->start_line() == invite.start);
        CHECK(added->entry->sip().call_id() == "one");
    }
}

TEST_CASE("a message of 70 kB, as only a stream can carry, is kept whole") {
    const std::string body(70'000, 'x');
    const std::string raw = "MESSAGE sip:b SIP/2.0\r\nCall-ID: big\r\nContent-Length: 70000\r\n\r\n" + body;
    Calls calls;
    const auto added = calls.add(SipRecord{{}, Transport::tcp, alice, bob, raw});
    REQUIRE(added);
    CHECK(added->entry->bytes() == raw);
}
