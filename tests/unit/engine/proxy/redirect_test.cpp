// Redirections (3xx): left to the caller, or followed where the operator wants that.
#include <fmt/format.h>

#include "base/limits.hpp"
#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using engine::proxy::Config;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

Config recursing() {
    Config config = Bench::default_config();
    config.recurse = true;
    config.next_hops.push_back({"trunk.example", {}, {}, false});
    return config;
}

/// alice calls bob, whose phone sends the call elsewhere.
struct Moved {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &bob = bench.phone("bob", "10.77.0.21:5060");
    Client &carol = bench.phone("carol", "10.77.0.22:5060");
    Client &trunk = bench.phone("trunk", "10.77.0.90:5060");

    explicit Moved(Config config = recursing()) : bench(std::move(config)) {
        bench.places["trunk.example"] = {"udp:10.77.0.90:5060"};
        bench.enroll(alice, alice_contact);
        bench.enroll(bob, "<sip:bob@10.77.0.21:5060>");
        bench.enroll(carol, "<sip:carol@10.77.0.22:5060>");
    }

    Message call() {
        bench.send_with_password(alice, invite(alice, "bob", browser_sdp));
        return bob.next("INVITE");
    }
    void redirect(const Message &request, std::string_view contacts, std::uint16_t code = 302) {
        auto r = wire::sip::make_response(request, code, {}, "moved");
        r.add(HeaderId::contact, contacts);
        bench.send(bob, r.finish());
    }
};

} // namespace

TEST_CASE("a redirection goes to the caller as it is", "[proxy][redirect]") {
    Moved t(Bench::default_config());
    t.redirect(t.call(), "<sip:carol@iop.test>");
    CHECK(t.alice.next("302").header(HeaderId::contact) == "<sip:carol@iop.test>");
    CHECK(t.carol.idle());
}

TEST_CASE("16.7 item 4: a redirection to a user of ours is followed", "[proxy][redirect]") {
    Moved t;
    t.redirect(t.call(), "<sip:carol@iop.test>");
    Message at_carol = t.carol.next("INVITE");
    CHECK(at_carol.request_uri() == "sip:carol@10.77.0.22:5060");
    t.bench.send(t.carol, respond(at_carol, 200, "carol", phone_sdp));
    CHECK(t.alice.next("200").is_response());
    CHECK(t.bench.core().calls(t.bench.now()).size() == 1);
}

TEST_CASE("and to a place that the operator allows, which is looked up", "[proxy][redirect]") {
    Moved t;
    t.redirect(t.call(), "<sip:+15551234@trunk.example>");
    Message there = t.trunk.next("INVITE");
    CHECK(there.request_uri() == "sip:+15551234@trunk.example");
    t.bench.send(t.trunk, respond(there, 486, "x"));
    CHECK(t.alice.next("486").is_response());
    t.bench.advance(100s);
    CHECK(t.bench.level("exchanges") == 0);
}

TEST_CASE("the rest of a redirection is the caller's", "[proxy][redirect]") {
    Moved t;
    SECTION("nothing of it is ours") {
        t.redirect(t.call(), "<sip:x@far.example>");
        CHECK(t.alice.next("302").header(HeaderId::contact) == "<sip:x@far.example>");
    }
    SECTION("a part") {
        t.redirect(t.call(), "<sip:x@far.example>, <sip:carol@iop.test>");
        Message at_carol = t.carol.next("INVITE");
        t.bench.send(t.carol, respond(at_carol, 486, "carol"));
        CHECK(t.alice.next("302").header(HeaderId::contact) == "<sip:x@far.example>");
    }
    SECTION("305 asks for a proxy, not for another place") {
        t.redirect(t.call(), "<sip:trunk.example>", 305);
        CHECK(t.alice.next("305").is_response());
    }
}

TEST_CASE("a redirection in a circle ends", "[proxy][redirect]") {
    Moved t;
    Message at_bob = t.call();
    SECTION("to itself") { t.redirect(at_bob, "<sip:bob@iop.test>"); }
    SECTION("by another") {
        t.redirect(at_bob, "<sip:carol@iop.test>");
        auto r = wire::sip::make_response(t.carol.next("INVITE"), 302, {}, "moved");
        r.add(HeaderId::contact, "<sip:bob@iop.test>");
        t.bench.send(t.carol, r.finish());
    }
    CHECK(t.alice.next("302").is_response());
}

TEST_CASE("limit: redirections that are followed", "[proxy][redirect]") {
    Moved t;
    std::string contacts;
    for (std::size_t i = 0; i < base::limits::sip_branches + 10; ++i)
        contacts += fmt::format("{}<sip:{}@trunk.example>", contacts.empty() ? "" : ", ", i);
    t.redirect(t.call(), contacts);
    std::size_t came = 0;
    while (!t.trunk.idle())
        if (Message m = t.trunk.next(); m.method() == wire::sip::Method::invite) {
            ++came;
            t.bench.send(t.trunk, respond(m, 486, "x"));
        }
    CHECK(came == base::limits::sip_branches - 1);
    CHECK(t.alice.next("302").is_response());
}

TEST_CASE("a caller who gives up while the new place is looked up", "[proxy][redirect]") {
    Moved t;
    t.bench.resolver_holds = true;
    t.redirect(t.call(), "<sip:1@trunk.example>");
    t.bench.send(t.alice, message(R"(CANCEL sip:bob@iop.test SIP/2.0
        Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKxialice-bob
        Max-Forwards: 70
        To: <sip:bob@iop.test>
        From: "alice" <sip:alice@iop.test>;tag=from-alice
        Call-ID: call-alice-bob
        CSeq: 11 CANCEL)"));
    CHECK(t.alice.next("487").is_response());
    t.bench.release_resolver();
    CHECK(t.trunk.idle());
    t.bench.advance(100s);
    CHECK(t.bench.level("exchanges") == 0);
}
