// Calls that leave our domains: where they go, and what becomes of them when that fails.
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

Config trunk_config() {
    Config config = Bench::default_config();
    config.next_hops.push_back({"trunk.example", {}, {}, false});
    return config;
}

/// alice calls by a trunk that has two addresses.
struct Trunk {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &first = bench.phone("first", "10.77.0.90:5060");
    Client &second = bench.phone("second", "10.77.0.91:5060");
    int calls = 0;

    explicit Trunk(Config config = trunk_config()) : bench(std::move(config)) {
        bench.places["trunk.example"] = {"udp:10.77.0.90:5060", "udp:10.77.0.91:5060"};
    }

    void call(std::string_view route = "sip:trunk.example;lr", std::string_view uri = "sip:1555@iop.test",
              std::string_view sdp = phone_sdp) {
        ++calls;
        alice.inbox.clear();
        std::string routes = route.empty() ? "" : fmt::format("\nRoute: <{}>", route);
        bench.send_with_password(alice, message(fmt::format(R"(INVITE {0} SIP/2.0
            Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKi{1}
            Max-Forwards: 70
            To: <{0}>
            From: <sip:alice@iop.test>;tag=a{1}
            Call-ID: call-{1}
            CSeq: 1 INVITE
            Contact: <sip:gb36@gfdl.invalid;transport=ws>{2})",
                                                            uri, calls, routes),
                                                sdp));
    }
    void respond(Client &from, const Message &request, std::uint16_t code, std::string_view extra = "") {
        auto r = wire::sip::make_response(request, code, {}, "trunk");
        for (const auto &value : request.values(HeaderId::record_route))
            r.add(HeaderId::record_route, value.text);
        r.add(HeaderId::contact, fmt::format("<sip:t@{}>", from.flow.remote.text()));
        if (!extra.empty())
            r.add(HeaderId::retry_after, extra);
        bench.send(from, r.finish());
    }
};

std::string branch_of(const Message &request) { return std::string(wire::sip::top_via(request)->branch()); }

} // namespace

TEST_CASE("a 503 sends the branch to the next address, and its dialog lives there", "[proxy][next-hop]") {
    Trunk t;
    t.call();
    Message before = t.first.next("INVITE");
    t.respond(t.first, before, 503);
    CHECK(t.first.next("ACK").is_request());
    Message after = t.second.next("INVITE");
    CHECK(branch_of(after) != branch_of(before));
    CHECK(after.call_id() == before.call_id());
    CHECK(t.bench.level("failovers") == 1);
    CHECK(t.bench.level("dead_hops") == 0);

    t.respond(t.second, after, 200);
    Message ok = t.alice.next("200");
    std::string route(*ok.header(HeaderId::record_route));
    t.bench.send(t.alice, message(fmt::format(R"(ACK sip:t@10.77.0.91:5060 SIP/2.0
        Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKack
        Max-Forwards: 70
        Route: {}
        To: {}
        From: {}
        Call-ID: {}
        CSeq: 11 ACK)",
                                              route, *ok.header(HeaderId::to), *ok.header(HeaderId::from),
                                              ok.call_id())));
    CHECK(t.second.next("ACK").is_request());
}

TEST_CASE("a proxy that records its route gets what is for the phone beside it", "[proxy][next-hop]") {
    Trunk t;
    Client &beside = t.bench.phone("beside", "10.77.0.90:5090");
    const std::string route = "<sip:10.77.0.90:5060;lr>";
    SECTION("when it was called") {
        t.call();
        Message there = t.first.next("INVITE");
        auto ok = wire::sip::make_response(there, 200, {}, "trunk");
        ok.add(HeaderId::record_route, route);
        for (const auto &value : there.values(HeaderId::record_route))
            ok.add(HeaderId::record_route, value.text);
        ok.add(HeaderId::contact, "<sip:t@10.77.0.90:5090>");
        t.bench.send(t.first, ok.finish());
        Message at_alice = t.alice.next("200");
        std::string routes;
        for (const auto &value : at_alice.values(HeaderId::record_route))
            routes = "\nRoute: " + std::string(value.text) + routes;
        t.bench.send(t.alice, message(fmt::format(R"(ACK sip:t@10.77.0.90:5090 SIP/2.0
            Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKack
            Max-Forwards: 70{}
            To: {}
            From: {}
            Call-ID: {}
            CSeq: 11 ACK)",
                                                  routes, *at_alice.header(HeaderId::to),
                                                  *at_alice.header(HeaderId::from), at_alice.call_id())));
        CHECK(t.first.next("ACK").header(HeaderId::route) == route);
        CHECK(beside.idle());
    }
    SECTION("when it called") {
        t.bench.enroll(t.alice, "<sip:gb36@gfdl.invalid;transport=ws>");
        t.bench.send_with_password(t.first, message(fmt::format(R"(INVITE sip:alice@iop.test SIP/2.0
            Via: SIP/2.0/UDP 10.77.0.90:5060;branch=z9hG4bKf
            Record-Route: {}
            Max-Forwards: 70
            To: <sip:alice@iop.test>
            From: <sip:first@iop.test>;tag=f
            Call-ID: f
            CSeq: 1 INVITE
            Contact: <sip:first@10.77.0.90:5090>)",
                                                                route),
                                                    phone_sdp));
        Message at_alice = t.alice.next("INVITE");
        t.respond(t.alice, at_alice, 200);
        Message ok = t.first.next("200");
        std::string routes;
        for (const auto &value : at_alice.values(HeaderId::record_route))
            routes += "\nRoute: " + std::string(value.text);
        t.bench.send(t.alice,
                     message(fmt::format(R"(BYE sip:first@10.77.0.90:5090 SIP/2.0
            Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKbye
            Max-Forwards: 70{}
            To: {}
            From: {}
            Call-ID: f
            CSeq: 1 BYE)",
                                         routes, *ok.header(HeaderId::from), *ok.header(HeaderId::to))));
        CHECK(t.first.next("BYE").is_request());
        CHECK(beside.idle());
    }
}

TEST_CASE("an address that asked for rest is tried last until that is over", "[proxy][next-hop]") {
    Trunk t;
    t.call();
    t.respond(t.first, t.first.next("INVITE"), 503, "20 (busy)");
    t.respond(t.second, t.second.next("INVITE"), 486);
    CHECK(t.alice.next("486").is_response());
    CHECK(t.bench.level("dead_hops") == 1);
    t.first.inbox.clear();

    t.call();
    t.respond(t.second, t.second.next("INVITE"), 486);
    CHECK(t.first.idle());
    t.bench.advance(21s);
    t.call();
    CHECK(t.first.next("INVITE").is_request());
    CHECK(t.bench.level("dead_hops") == 0);
}

TEST_CASE("an address that is silent for timer B is left for the next", "[proxy][next-hop]") {
    Trunk t;
    t.call();
    CHECK(t.second.idle());
    t.bench.advance(33s);
    Message there = t.second.next("INVITE");
    CHECK(t.bench.level("dead_hops") == 1);
    t.respond(t.second, there, 200);
    CHECK(t.alice.next("200").is_response());
    // What the first says too late is nobody's.
    t.respond(t.first, t.first.next("INVITE"), 180);
    CHECK(t.bench.level("stray_responses") == 1);
}

TEST_CASE("a connection that breaks is a failure of its address alone", "[proxy][next-hop]") {
    Trunk t;
    Client &stream = t.bench.tcp_phone("stream", "10.77.0.90:5060");
    t.bench.places["trunk.example"] = {"tcp:10.77.0.90:5060", "udp:10.77.0.90:5060"};
    t.call();
    CHECK(stream.next("INVITE").is_request());
    t.bench.close(stream);
    CHECK(t.first.next("INVITE").is_request());
    CHECK(t.bench.level("failovers") == 1);
}

TEST_CASE("a connection that we opened to a trunk dies: its INVITE fails at once", "[proxy][next-hop]") {
    Trunk t;
    Client &stream = t.bench.tcp_phone("stream", "10.77.0.90:5060");
    t.bench.places["trunk.example"] = {"tcp:10.77.0.90:5060"};
    t.call();
    CHECK(stream.next("INVITE").is_request());
    t.bench.close(stream);
    CHECK(t.alice.next("480").is_response());
    t.bench.advance(100s);
    CHECK(t.bench.level("transactions") == 0);
    CHECK(t.bench.level("exchanges") == 0);
}

TEST_CASE("of several listeners of a kind one is taken that reaches the next hop", "[proxy][next-hop]") {
    Config config = trunk_config();
    for (const char *local : {"[2001:db8::1]:5060", "10.77.0.2:5066"}) {
        config.listeners.push_back(config.listeners.front());
        config.listeners.back().local = *base::Endpoint::parse(local);
    }
    Trunk t(config);
    auto via_of = [&](std::string_view address) {
        Client &trunk = t.bench.phone("trunk", address);
        t.bench.places["trunk.example"] = {fmt::format("udp:{}", address)};
        t.call();
        return std::string(*trunk.next("INVITE").header(HeaderId::via));
    };
    CHECK(via_of("[2001:db8::90]:5060").starts_with("SIP/2.0/UDP [2001:db8::1]:5060;"));
    CHECK(via_of("10.77.0.92:5060").starts_with("SIP/2.0/UDP 10.77.0.1:5060;"));

    Trunk alone;
    alone.bench.places["trunk.example"] = {"udp:[2001:db8::90]:5060"};
    alone.call();
    CHECK(alone.alice.next("503").is_response());
}

TEST_CASE("a server that refused is not asked again by another transport", "[proxy][next-hop]") {
    Trunk t;
    t.bench.places["trunk.example"] = {"udp:10.77.0.90:5060", "tcp:10.77.0.90:5060"};
    t.call();
    t.respond(t.first, t.first.next("INVITE"), 503);
    CHECK(t.alice.next("500").is_response());
}

TEST_CASE("a caller who gave up is not called on for", "[proxy][next-hop]") {
    Trunk t;
    t.call();
    Message there = t.first.next("INVITE");
    t.respond(t.first, there, 180);
    t.bench.send(t.alice, message(R"(CANCEL sip:1555@iop.test SIP/2.0
        Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKxi1
        Max-Forwards: 70
        To: <sip:1555@iop.test>
        From: <sip:alice@iop.test>;tag=a1
        Call-ID: call-1
        CSeq: 11 CANCEL)"));
    CHECK(t.first.next("CANCEL").is_request());
    t.respond(t.first, there, 503);
    CHECK(t.second.idle());
    CHECK(t.alice.next("500").is_response());
    t.bench.advance(40s);
    CHECK(t.bench.level("exchanges") == 0);
}

TEST_CASE("a trunk's leg is known by its address: no other speaks for it", "[proxy][next-hop]") {
    Trunk t;
    Client &eve = t.bench.phone("eve", "10.66.0.1:5060");
    t.call("sip:trunk.example;lr", "sip:1555@trunk.example");
    Message at_trunk = t.first.next("INVITE");
    t.bench.send(t.first, respond(at_trunk, 200, "trunk-tag", phone_sdp, "sip:t@10.77.0.90:5060"));
    Message ok = t.alice.next("200");
    t.bench.send(eve, in_dialog(ok, eve, false, "BYE", 1));
    CHECK(eve.next("403").is_response());
    CHECK(t.alice.idle());
    t.bench.send(t.first, in_dialog(ok, t.first, false, "BYE", 1));
    CHECK(t.alice.next("BYE").is_request());
}

TEST_CASE("a place that DNS does not know", "[proxy][next-hop]") {
    Trunk t;
    t.bench.places.clear();
    t.call();
    CHECK(t.alice.next("503").is_response());
    CHECK(t.bench.resolutions.at(0).host == "trunk.example");
}

TEST_CASE("a Route leads where the operator lets it, and says what he left open", "[proxy][next-hop]") {
    Trunk t;
    t.call("sip:Trunk.example:5060;transport=tcp;lr");
    CHECK(t.bench.resolutions.at(0).transport == Transport::tcp);
    CHECK_FALSE(t.bench.resolutions.at(0).port);
    t.call("sip:trunk.example:5080;lr");
    t.call("sip:elsewhere.example;lr");
    CHECK(t.bench.resolutions.size() == 1);
}

TEST_CASE("OPTIONS that a Route leads on does not end here", "[proxy][next-hop]") {
    Config config = trunk_config();
    config.authenticate = false;
    Trunk t(config);
    auto options = [&](std::string_view hops, std::string_view extra) {
        t.bench.send(t.alice, message(fmt::format(R"(OPTIONS sip:iop.test SIP/2.0
            Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKo{}{}
            Max-Forwards: {}
            To: <sip:iop.test>
            From: <sip:alice@iop.test>;tag=o
            Call-ID: o
            CSeq: 1 OPTIONS
            Require: unheard-of{})",
                                                  hops, extra.size(), hops, extra)));
    };
    options("0", "");
    CHECK(t.alice.next("420").is_response());
    options("0", "\nRoute: <sip:trunk.example;lr>");
    CHECK(t.alice.next("483").is_response());
    CHECK(t.bench.resolutions.empty());
    options("1", "\nRoute: <sip:trunk.example;lr>");
    CHECK(t.first.next("OPTIONS").header(HeaderId::max_forwards) == "0");
}

TEST_CASE("a user's request to another domain goes to the outbound proxy", "[proxy][next-hop]") {
    Config config = Bench::default_config();
    SECTION("that there is") {
        config.outbound_proxy = {"trunk.example", {}, {}, false};
        Trunk t(config);
        t.call("", "sip:carol@chicago.example");
        Message there = t.first.next("INVITE");
        CHECK(there.request_uri() == "sip:carol@chicago.example");
        CHECK_FALSE(there.has(HeaderId::route));
        // A stranger's does not.
        Client &eve = t.bench.phone("eve", "10.66.0.1:5060");
        t.bench.send(eve, message(R"(MESSAGE sip:carol@chicago.example SIP/2.0
            Via: SIP/2.0/UDP 10.66.0.1:5060;branch=z9hG4bKe
            Max-Forwards: 70
            To: <sip:carol@chicago.example>
            From: <sip:eve@evil.example>;tag=1
            Call-ID: e
            CSeq: 1 MESSAGE)"));
        CHECK(eve.next("403").is_response());
        CHECK(t.bench.resolutions.size() == 1);
    }
    SECTION("or is refused") {
        Trunk t(config);
        t.call("", "sip:carol@chicago.example");
        CHECK(t.alice.next("403").is_response());
        CHECK(t.bench.resolutions.empty());
    }
}

TEST_CASE("a large request goes by TCP where the transport was left open", "[proxy][next-hop]") {
    Trunk t;
    Client &stream = t.bench.tcp_phone("stream", "10.77.0.90:5060");
    const std::string large = phone_sdp + std::string("a=x:") + std::string(1300, 'x') + "\r\n";
    SECTION("and by UDP when TCP is refused") {
        t.call("sip:trunk.example;lr", "sip:1555@iop.test", large);
        CHECK(stream.next("INVITE").header(HeaderId::via)->starts_with("SIP/2.0/TCP "));
        CHECK(t.first.idle());
        t.bench.close(stream);
        CHECK(t.first.next("INVITE").header(HeaderId::via)->starts_with("SIP/2.0/UDP "));
        // For a while it is not tried again.
        t.call("sip:trunk.example;lr", "sip:1555@iop.test", large);
        CHECK(t.first.next("INVITE").is_request());
        CHECK(stream.idle());
    }
    SECTION("its server's 503 holds for both") {
        t.call("sip:trunk.example;lr", "sip:1555@iop.test", large);
        Client &other = t.bench.tcp_phone("other", "10.77.0.91:5060");
        t.respond(stream, stream.next("INVITE"), 503);
        CHECK(other.next("INVITE").is_request());
        CHECK(t.first.idle());
    }
    SECTION("but not to a phone that has registered by UDP") {
        Client &phone = t.bench.phone("1001", "10.77.0.21:5060");
        t.bench.enroll(phone, "<sip:1001@10.77.0.21:5060>");
        t.call("", "sip:1001@iop.test", large);
        CHECK(phone.next("INVITE").header(HeaderId::via)->starts_with("SIP/2.0/UDP "));
    }
    SECTION("nor where it was named") {
        t.call("sip:trunk.example;transport=udp;lr", "sip:1555@iop.test", large);
        CHECK(t.first.next("INVITE").is_request());
        CHECK(stream.idle());
    }
}

TEST_CASE("of too many dead addresses one is forgotten", "[proxy][next-hop]") {
    engine::proxy::DeadHops dead;
    base::Time now{100s};
    engine::resolve::Hop hop{Transport::udp, *base::Endpoint::parse("10.0.0.1:1")};
    for (std::size_t i = 0; i <= base::limits::dead_hops; ++i, ++hop.address.port)
        dead.mark(hop, now + 60s, now);
    CHECK(dead.size(now) == base::limits::dead_hops);
    --hop.address.port;
    CHECK(dead.contains(hop, now));
    CHECK_FALSE(dead.contains(hop, now + 60s));
    dead.mark(hop, now + 120s, now + 60s);
    CHECK(dead.size(now) == 1);
}
