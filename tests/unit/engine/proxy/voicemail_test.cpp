// Calls that nobody takes go to a mailbox.
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

Config with_mailbox(std::string uri) {
    Config config = Bench::default_config();
    config.voicemail = std::move(uri);
    return config;
}

/// A phone calls a phone; there is a server of mailboxes.
struct Mailbox {
    Bench bench;
    Client &caller = bench.phone("1001", "10.77.0.21:5060");
    Client &callee = bench.phone("1002", "10.77.0.22:5060");
    Client &server = bench.phone("vm", "10.77.0.95:5060");

    explicit Mailbox(std::string uri = "sip:vm.example") : bench(with_mailbox(std::move(uri))) {
        bench.places["vm.example"] = {"udp:10.77.0.95:5060"};
        bench.enroll(callee, "<sip:1002@10.77.0.22:5060>");
    }
    void call(std::string_view whom = "1002") {
        bench.send_with_password(caller, invite(caller, whom, phone_sdp));
    }
};

} // namespace

TEST_CASE("a busy user's call comes to the mailbox, which is told why", "[proxy][voicemail]") {
    Mailbox t;
    t.call();
    t.bench.send(t.callee, respond(t.callee.next("INVITE"), 486, "a"));
    Message there = t.server.next("INVITE");
    CHECK(there.request_uri() == "sip:1002@vm.example");
    CHECK(there.header(HeaderId::diversion) == "<sip:1002@iop.test>;reason=user-busy");
    t.bench.send(t.server, respond(there, 200, "vm", phone_sdp));
    CHECK(t.caller.next("200").is_response());
}

TEST_CASE("so does that of a phone that rings too long", "[proxy][voicemail]") {
    Mailbox t;
    t.call();
    Message ringing = t.callee.next("INVITE");
    t.bench.send(t.callee, respond(ringing, 180, "a"));
    t.bench.advance(121s);
    t.bench.send(t.callee, respond(t.callee.next("CANCEL"), 200, "a"));
    t.bench.send(t.callee, respond(ringing, 487, "a"));
    CHECK(t.server.next("INVITE").header(HeaderId::diversion) == "<sip:1002@iop.test>;reason=no-answer");
}

TEST_CASE("and that of a user who is not there", "[proxy][voicemail]") {
    Mailbox t;
    t.bench.passwords["1003"] = "secret";
    t.call("1003");
    CHECK(t.server.next("INVITE").header(HeaderId::diversion) == "<sip:1003@iop.test>;reason=unavailable");
    t.call("nobody");
    CHECK(t.caller.next("404").is_response());
}

TEST_CASE("a mailbox that fails is the end, and a refusal is none of its matters", "[proxy][voicemail]") {
    Mailbox t;
    t.call();
    SECTION("it is busy, too") {
        t.bench.send(t.callee, respond(t.callee.next("INVITE"), 486, "a"));
        t.bench.send(t.server, respond(t.server.next("INVITE"), 486, "b"));
        CHECK(t.caller.next("486").is_response());
    }
    SECTION("declined") {
        t.bench.send(t.callee, respond(t.callee.next("INVITE"), 603, "a"));
        CHECK(t.caller.next("603").is_response());
        CHECK(t.server.idle());
    }
}

TEST_CASE("the mailbox may be a user of ours", "[proxy][voicemail]") {
    Mailbox t("sip:vm@iop.test");
    t.bench.enroll(t.server, "<sip:vm@10.77.0.95:5060>");
    t.call();
    t.bench.send(t.callee, respond(t.callee.next("INVITE"), 486, "a"));
    CHECK(t.server.next("INVITE").request_uri() == "sip:vm@10.77.0.95:5060");
}
