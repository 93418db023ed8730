// What the core makes of flows: next hops, connections that end or break, and too many requests.
#include <algorithm>

#include <fmt/format.h>

#include "bench.hpp"
#include "support/catch.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

/// A core without passwords whose listeners take every address, and one caller over UDP.
struct Open {
    explicit Open(engine::proxy::Config config = open_config()) : core(std::move(config), random) {}

    static engine::proxy::Config open_config() {
        auto config = Bench::default_config();
        config.authenticate = false;
        for (auto &listener : config.listeners)
            listener.local.ip = *base::IpAddress::parse("::");
        config.next_hops = {{"trunk.test", {}, {}, false}};
        return config;
    }

    std::vector<engine::proxy::Send> sent() {
        std::vector<engine::proxy::Send> out;
        for (auto effects = core.take_effects(); !effects.empty(); effects = core.take_effects())
            for (auto &effect : effects) {
                if (auto *send = std::get_if<engine::proxy::Send>(&effect))
                    out.push_back(std::move(*send));
                else if (auto *store = std::get_if<engine::proxy::Store>(&effect); store && store->token != 0)
                    core.on_stored(store->token, true, now);
                else if (auto *question = std::get_if<engine::proxy::Resolve>(&effect))
                    core.on_resolved(question->token,
                                     {{{Transport::tcp, *base::Endpoint::parse("192.0.2.9:5060")},
                                       *base::IpAddress::parse("192.0.2.1")}},
                                     now);
            }
        return out;
    }
    std::vector<engine::proxy::Send> give(const Flow &flow, std::string_view lines) {
        core.on_message(flow, base::as_bytes(message(lines)), now);
        return sent();
    }

    base::SeededRandom random{7};
    engine::proxy::Core core;
    base::Now now{base::Time(100s), base::UnixTime(1'700'000'000s)};
    Flow caller{Transport::udp, 0, 0, *base::Endpoint::parse("192.0.2.1:5060"),
                *base::Endpoint::parse("192.0.2.5:5060")};
};

std::string invite(std::string_view uri, std::string_view route = "", int n = 1) {
    return fmt::format(R"(INVITE {} SIP/2.0
        Via: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKi{};rport
        Max-Forwards: 70
        To: <sip:x@iop.test>
        From: <sip:caller@iop.test>;tag=f
        Call-ID: c{}
        CSeq: 1 INVITE
        Contact: <sip:caller@192.0.2.5>{})",
                       uri, n, n, route);
}

const char *const by_trunk = "\nRoute: <sip:trunk.test;lr>";

const engine::proxy::Send *to(const std::vector<engine::proxy::Send> &sent, std::string_view remote) {
    auto found = std::find_if(sent.begin(), sent.end(), [&](const engine::proxy::Send &s) {
        return s.flow.remote == *base::Endpoint::parse(remote);
    });
    return found == sent.end() ? nullptr : &*found;
}

} // namespace

TEST_CASE("a next hop is told the address that it reaches us at", "[proxy]") {
    Open t;
    auto sent = t.give(t.caller, invite("sip:+49@trunk.test", by_trunk));
    auto *out = to(sent, "192.0.2.9:5060");
    REQUIRE(out);
    auto request = *Message::parse(out->bytes);
    CHECK(wire::sip::top_via(request)->host == "192.0.2.1");
    CHECK(request.first_value(HeaderId::record_route)->text.find("@192.0.2.1:5060;") !=
          std::string_view::npos);
    CHECK(out->flow.local.ip.text() == "192.0.2.1");
}

TEST_CASE("too many requests at a time: 503 with Retry-After, counted", "[proxy]") {
    auto config = Open::open_config();
    config.max_transactions = 2;
    Open t(config);
    auto code = [&](int n) {
        auto sent = t.give(t.caller, fmt::format(R"(OPTIONS sip:iop.test SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bK{};rport
            Max-Forwards: 70
            To: <sip:iop.test>
            From: <sip:caller@iop.test>;tag=f
            Call-ID: c{}
            CSeq: 1 OPTIONS)",
                                                 n, n));
        REQUIRE(sent.size() == 1);
        auto answer = *Message::parse(sent[0].bytes);
        CHECK(answer.has(HeaderId::retry_after) == (answer.status() == 503));
        return answer.status();
    };
    CHECK(code(1) == 200);
    CHECK(code(2) == 200);
    CHECK(code(3) == 503);
    CHECK(code(4) == 503);
    for (const auto &statistic : t.core.statistics())
        if (statistic.name == "overload")
            CHECK(statistic.value == 2);
}

TEST_CASE("8.2.7: what cannot be read is answered alike each time, each request in its own way", "[proxy]") {
    Open t;
    auto tag = [&](int n) {
        std::string text = invite("sip:a@iop.test", "", n);
        text.replace(text.find("1 INVITE"), 8, "x INVITE");
        auto sent = t.give(t.caller, text);
        REQUIRE(sent.size() == 1);
        CHECK(Message::parse(sent[0].bytes)->status() == 400);
        return std::string(wire::sip::to(*Message::parse(sent[0].bytes))->tag());
    };
    CHECK(tag(1) == tag(1));
    CHECK(tag(1) != tag(2));
    CHECK(!tag(1).empty());
}

TEST_CASE("a stream that cannot be cut is answered by what was read of its request", "[proxy]") {
    Open t;
    const Flow flow{Transport::tcp, 1, 4, *base::Endpoint::parse("192.0.2.1:5060"),
                    *base::Endpoint::parse("192.0.2.5:4000")};
    wire::sip::StreamFramer framer;
    std::string text = message(invite("sip:a@iop.test"));
    text.replace(text.find("Content-Length: 0"), 17, "Content-Length: x");
    framer.push(text);
    auto frame = framer.next();
    REQUIRE(frame);
    t.core.on_broken(flow, std::get<wire::sip::FrameError>(*frame), t.now);
    auto sent = t.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].flow == flow);
    CHECK(Message::parse(sent[0].bytes)->status() == 400);
    CHECK(Message::parse(sent[0].bytes)->header(HeaderId::server) == "cordboard");
}
