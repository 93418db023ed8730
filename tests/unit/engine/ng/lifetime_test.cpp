// How long a session and its ports are kept.
#include "base/limits.hpp"
#include "calls.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;

TEST_CASE("without ports an offer fails, and leaves nothing behind") {
    Bench bench;
    bench.ports_left = 1;
    Dict reply = bench.command(offer(phone_offer));
    CHECK(wire::bencode::text_of(reply, "error-reason") == "Ran out of ports");
    CHECK(bench.core.sessions().empty());
    bench.ports_left = 2;
    bench.rewritten(offer(phone_offer));
}

TEST_CASE("without ports a re-offer fails, and leaves the session as it is") {
    Bench bench;
    established(bench);
    bench.command({{"command", "delete"}, {"call-id", "c"}, {"from-tag", "f"}, {"delete-delay", 30}});
    bench.ports_left = 0;
    const Dict reply = bench.command(
        offer(phone_offer + "m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", to_phone, from_caller));
    CHECK(wire::bencode::text_of(reply, "error-reason") == "Ran out of ports");
    CHECK(bench.core.next_deadline() == bench.now.mono + 30s); // it ends all the same
}

TEST_CASE("an offer that nobody answers gives its ports back, later than a telephone rings") {
    const Dict towards = GENERATE(to_phone, to_browser);
    Bench bench;
    bench.rewritten(offer(phone_offer, towards));
    bench.advance(1min);
    bench.rewritten(offer(phone_offer, towards)); // the same branch again
    bench.fall_silent(1);
    CHECK(bench.core.sessions().size() == 1);
    bench.advance(base::limits::ng_unanswered - 1min);
    CHECK(bench.core.sessions().size() == 1);
    CHECK(bench.core.next_deadline() == bench.now.mono + 1min);
    bench.advance(1min);
    CHECK(bench.core.sessions().empty());
    CHECK(bench.open.empty());
    CHECK(bench.core.next_deadline() == base::never);
}

TEST_CASE("an answered call has no deadline") {
    Bench bench;
    established(bench);
    CHECK(bench.core.next_deadline() == base::never);
}

TEST_CASE("a call on hold may be silent, another may not") {
    Bench bench;
    established(bench, phone_offer, {});
    std::string held = phone_offer;
    held.replace(held.find("a=sendrecv"), 10, "a=inactive");
    bench.rewritten(offer(held, {}, from_caller));
    bench.fall_silent(1);
    CHECK(bench.core.sessions().size() == 1);
    bench.rewritten(offer(phone_offer, {}, from_caller));
    bench.fall_silent(1);
    CHECK(bench.core.sessions().empty());
    CHECK(bench.open.empty());
}

TEST_CASE("ten thousand calls that are never set up take so many ports and no more, and go") {
    constexpr std::size_t calls = 10'000, ports = 2'000;
    auto config = Bench::default_config();
    config.max_calls = 5'000;
    Bench bench(config);
    bench.ports_left = ports;
    std::size_t taken = 0, out_of_ports = 0;
    for (std::size_t i = 0; i < calls; ++i) {
        Dict dict{{"command", "offer"},
                  {"call-id", "half-" + std::to_string(i)},
                  {"from-tag", "f"},
                  {"sdp", audio({})}};
        const Dict reply = bench.command(dict);
        taken += wire::bencode::text_of(reply, "result") == "ok";
        out_of_ports += wire::bencode::text_of(reply, "error-reason") == "Ran out of ports";
    }
    CHECK(taken > 0);
    CHECK(taken + out_of_ports == calls);
    CHECK(bench.core.sessions().size() == taken);
    CHECK(bench.open.size() <= 2 * ports);
    bench.advance(base::limits::ng_unanswered);
    CHECK(bench.core.sessions().empty());
    CHECK(bench.open.empty());
    CHECK(bench.core.next_deadline() == base::never);
}

TEST_CASE("no more calls than may be, and clients are told so that they try another") {
    auto config = Bench::default_config();
    config.max_calls = 2;
    Bench bench(config);
    for (const char *id : {"a", "b", "c"}) {
        Dict dict{{"command", "offer"}, {"call-id", id}, {"from-tag", "f"}, {"sdp", audio({})}};
        const Dict reply = bench.command(dict);
        const bool third = *id == 'c';
        CHECK(wire::bencode::text_of(reply, "error-reason") ==
              (third ? "Parallel session limit reached" : ""));
    }
    CHECK(bench.core.sessions().size() == 2);
}
