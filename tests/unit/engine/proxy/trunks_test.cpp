// Calls to numbers, by trunks.
#include <fmt/format.h>

#include "engine/digest/authenticator.hpp"
#include "engine/locate/directory.hpp"
#include "support/catch.hpp"
#include "trunk_bench.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using engine::proxy::Config;
using engine::proxy::Rule;
using engine::proxy::Trunk;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

using Rules = std::vector<Rule>;

const Rules first_a_then_b = {{"", "a", 0, "", 1}, {"", "b", 0, "", 2}};

Trunk with_password() {
    Trunk trunk = trunk_named("a");
    trunk.username = "49301234";
    trunk.password = "far-secret";
    return trunk;
}

std::uint32_t number_of(const Message &m) { return wire::sip::cseq(m)->number; }

} // namespace

TEST_CASE("a number leads to its trunk, as the rule writes it", "[proxy][trunks]") {
    Trunks t(Rules{{"00", "a", 2, "+"}, {"0", "b"}});
    t.call("004930");
    const Message there = t.a.next("INVITE");
    CHECK(there.request_uri() == "sip:+4930@a.example");
    CHECK(there.header(HeaderId::to) == "<sip:004930@iop.test>");
    t.bench.send(t.a, respond(there, 200, "x", phone_sdp));
    CHECK(t.caller.next("200").is_response());
    t.call("030");
    CHECK(t.b.next("INVITE").request_uri() == "sip:030@b.example");
    t.call("17");
    CHECK(t.caller.next("404").is_response());
}

TEST_CASE("a user comes before a number, there or not", "[proxy][trunks]") {
    Trunks t(Rules{{"", "a"}});
    Client &phone = t.bench.phone("1002", "10.77.0.22:5060");
    SECTION("there") {
        t.bench.enroll(phone, "<sip:1002@10.77.0.22:5060>");
        t.call("1002");
        CHECK(phone.next("INVITE").is_request());
    }
    SECTION("not there") {
        t.call("1002");
        CHECK(t.caller.next("480").is_response());
    }
    CHECK(t.a.idle());
}

TEST_CASE("when a trunk fails the next one is asked", "[proxy][trunks]") {
    Trunks t(first_a_then_b);
    t.call("030");
    const Message there = t.a.next("INVITE");
    CHECK(t.b.idle());
    SECTION("it says so") {
        const int code = GENERATE(500, 503, 408, 504);
        t.bench.send(t.a, respond(there, static_cast<std::uint16_t>(code), "x"));
    }
    SECTION("it says nothing") { t.bench.advance(33s); }
    t.bench.send(t.b, respond(t.b.next("INVITE"), 200, "y", phone_sdp));
    CHECK(t.caller.next("200").is_response());
}

TEST_CASE("what a trunk says of the call holds", "[proxy][trunks]") {
    Trunks t(first_a_then_b);
    t.call("030");
    const Message there = t.a.next("INVITE");
    SECTION("busy") {
        t.bench.send(t.a, respond(there, 486, "x"));
        CHECK(t.caller.next("486").is_response());
    }
    SECTION("it rang too long") {
        t.bench.send(t.a, respond(there, 180, "x"));
        t.bench.advance(121s);
        t.bench.send(t.a, respond(t.a.next("CANCEL"), 200, "x"));
        t.bench.send(t.a, respond(there, 487, "x"));
        CHECK(t.caller.next("408").is_response());
    }
    SECTION("the caller has heard it") {
        t.bench.send(t.a, respond(there, 183, "x", phone_sdp));
        t.bench.send(t.a, respond(there, 503, "x"));
        CHECK(t.caller.next("500").is_response());
    }
    CHECK(t.b.idle());
}

TEST_CASE("trunks are for users of ours", "[proxy][trunks]") {
    Config config = with_trunks({trunk_named("a")}, {{"", "a"}});
    config.trusted.push_back({*base::IpAddress::parse("10.77.0.50"), 32, 0});
    Trunks t(config);
    Client &gateway = t.bench.phone("gateway", "10.77.0.50:5060");
    std::string request = invite(gateway, "030", phone_sdp);
    const std::string ours = "<sip:gateway@iop.test>";
    SECTION("not for a stranger, though its address is trusted") {
        t.bench.send(gateway, request.replace(request.find(ours), ours.size(), "<sip:gateway@far.test>"));
        CHECK(gateway.next("403").is_response());
    }
    SECTION("not for another trunk") {
        t.bench.send_with_password(t.caller, invite(t.caller, "030", phone_sdp));
        CHECK(t.a.next("INVITE").is_request()); // so that it is known where this one is
        t.bench.send(t.a, invite(t.a, "040", phone_sdp));
        CHECK(t.a.next("403").is_response());
    }
    CHECK(t.a.idle());
}

TEST_CASE("a rule of a group is for its members", "[proxy][trunks]") {
    Config config =
        with_trunks({trunk_named("a"), trunk_named("b")},
                    {{"00", "a", 0, "", 1, 1, "int"}, {"00", "b", 0, "", 2, 1, "ld"}, {"0", "b"}});
    auto directory = std::make_shared<engine::locate::Directory>();
    directory->add_member("1002@iop.test", "int");
    SECTION("not for others, and a shorter prefix does not help them") {
        config.directory = directory;
        Trunks t(config);
        t.call("0049");
        CHECK(t.caller.next("403").is_response());
        CHECK(t.b.idle());
    }
    SECTION("of several rules those count that the caller may use") {
        directory->add_member("1001@iop.test", "ld");
        config.directory = directory;
        Trunks t(config);
        t.call("0049");
        CHECK(t.b.next("INVITE").is_request());
        CHECK(t.a.idle());
    }
}

TEST_CASE("a trunk's challenge is answered, and the caller sees nothing of it", "[proxy][trunks]") {
    Trunks t(with_trunks({with_password()}, {{"", "a"}}));
    t.call("030");
    const Message first = t.a.next("INVITE");
    const bool proxy = GENERATE(true, false);
    t.bench.send(t.a, Trunks::challenge(first, proxy));
    CHECK(t.a.next("ACK").is_request());
    const Message second = t.a.next("INVITE");
    CHECK(number_of(second) == number_of(first) + 1);
    CHECK(wire::sip::top_via(second)->branch() != wire::sip::top_via(first)->branch());
    const auto value =
        second.header(proxy ? HeaderId::proxy_authorization : HeaderId::authorization).value_or("");
    const auto credentials = engine::digest::parse_credentials(value);
    REQUIRE(credentials);
    CHECK(credentials->username == "49301234");
    CHECK(credentials->uri == "sip:030@a.example");
    CHECK(
        credentials->response ==
        engine::digest::expected_response(
            *credentials, "INVITE", engine::digest::ha1(crypto::Hash::md5, "49301234", "far", "far-secret")));

    SECTION("its numbers stay one higher through the call") {
        t.bench.send(t.a, respond(second, 200, "x", phone_sdp, "sip:030@10.77.0.91:5060"));
        const Message ok = t.caller.next("200");
        CHECK(number_of(ok) == number_of(first));
        t.bench.send(t.caller, in_dialog(ok, t.caller, true, "ACK", static_cast<int>(number_of(first))));
        CHECK(number_of(t.a.next("ACK")) == number_of(second));
        t.bench.send(t.caller, in_dialog(ok, t.caller, true, "BYE", static_cast<int>(number_of(first)) + 1));
        const Message bye = t.a.next("BYE");
        CHECK(number_of(bye) == number_of(second) + 1);
        t.bench.send(t.a, respond(bye, 200, "x"));
        CHECK(number_of(t.caller.next("200")) == number_of(first) + 1);
    }
    SECTION("a PRACK speaks of the number that the trunk knows") {
        std::string ringing = respond(second, 183, "x", phone_sdp, "sip:030@10.77.0.91:5060");
        t.bench.send(t.a, ringing.insert(ringing.find("\r\n") + 2, "Require: 100rel\r\nRSeq: 7\r\n"));
        std::string prack =
            in_dialog(t.caller.next("183"), t.caller, true, "PRACK", static_cast<int>(number_of(first)) + 1);
        t.bench.send(t.caller, prack.insert(prack.find("\r\n") + 2,
                                            fmt::format("RAck: 7 {} INVITE\r\n", number_of(first))));
        CHECK(t.a.next("PRACK").header(HeaderId::rack) == fmt::format("7 {} INVITE", number_of(second)));
    }
    SECTION("it is not answered twice, nor by the caller") {
        t.bench.send(t.a, Trunks::challenge(second, proxy));
        CHECK(t.caller.next("500").is_response());
        CHECK(t.a.next("ACK").is_request());
        CHECK(t.a.idle());
    }
    SECTION("a failure after it has the caller's number, too") {
        t.bench.send(t.a, respond(second, 486, "x"));
        CHECK(number_of(t.caller.next("486")) == number_of(first));
    }
}

TEST_CASE("a trunk brings calls to our users, whoever it says is calling", "[proxy][trunks]") {
    Trunks t(Rules{{"", "a"}});
    Client &phone = t.bench.phone("1002", "10.77.0.22:5060");
    t.bench.enroll(phone, "<sip:1002@10.77.0.22:5060>");
    t.bench.send(t.a, invite(t.a, "1002", phone_sdp));
    CHECK(t.a.next("407").is_response()); // not known yet
    t.call("030");
    t.bench.send(t.a, respond(t.a.next("INVITE"), 486, "x"));
    t.a.inbox.clear();

    std::string again = invite(t.a, "1002", phone_sdp);
    t.bench.send(t.a, again.insert(again.find(";branch=z9hG4bK") + 15, "y"));
    const Message there = phone.next("INVITE");
    t.bench.send(phone, respond(there, 200, "p", phone_sdp, "sip:1002@10.77.0.22:5060"));
    t.bench.send(phone, in_dialog(t.a.next("200"), phone, false, "BYE", 1));
    CHECK(t.a.next("BYE").is_request());
    SECTION("but registers nobody") {
        t.bench.send(t.a, message(R"(REGISTER sip:iop.test SIP/2.0
            Via: SIP/2.0/UDP 10.77.0.91:5060;branch=z9hG4bKreg
            Max-Forwards: 70
            To: <sip:1002@iop.test>
            From: <sip:1002@iop.test>;tag=r
            Call-ID: reg
            CSeq: 1 REGISTER
            Contact: <sip:x@10.77.0.91>)"));
        CHECK(t.a.next("401").is_response());
    }
}
