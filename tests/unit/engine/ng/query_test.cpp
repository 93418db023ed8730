// What `query` tells.
#include "base/limits.hpp"
#include "calls.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;

TEST_CASE("a query tells what was lost, and where the peer is") {
    Bench bench;
    established(bench);
    engine::media::StreamStatistics stream;
    stream.received.packets = 7;
    stream.lost = 3;
    stream.jitter = 12ms;
    stream.ssrcs = {5, 6};
    stream.media_source = 6;
    stream.remote = base::Endpoint::parse("192.0.2.77:4321");
    bench.numbers[1].sides[0].streams = {stream};
    const std::string told = wire::bencode::write(bench.command({{"command", "query"}, {"call-id", "c"}}));
    CHECK(told.find("1:6d7:packetsi7e5:bytesi0e15:cumulative lossi3e6:jitteri12ee") != std::string::npos);
    CHECK(told.find("1:5d7:packetsi7e5:bytesi0ee") != std::string::npos);
    CHECK(told.find("7:address10:192.0.2.774:porti4321e") != std::string::npos);
}

TEST_CASE("a query tells labels") {
    Bench bench;
    bench.rewritten(offer(phone_offer, {{"label", "desk"}}));
    bench.rewritten(answer(phone_answer));
    const std::string told = wire::bencode::write(bench.command({{"command", "query"}, {"call-id", "c"}}));
    CHECK(told.find("5:label4:desk") != std::string::npos);
}

TEST_CASE("statistics count calls and commands, and how calls ended") {
    Bench bench;
    auto told = [&](const char *group, const char *name) {
        const Dict reply = bench.command({{"command", "statistics"}});
        const auto *all = wire::bencode::find(reply, "statistics");
        const auto *of_group = wire::bencode::find(*all->dict(), group);
        return *wire::bencode::find(*of_group->dict(), name)->number();
    };
    established(bench);
    CHECK(told("currentstatistics", "sessionsown") == 1);
    CHECK(told("currentstatistics", "transcodedmedia") == 0);
    CHECK(told("controlstatistics", "totaloffercount") == 1);
    CHECK(told("controlstatistics", "totalstatistics") == 4); // itself too
    CHECK(told("totalstatistics", "managedsessions") == 0);
    bench.command({{"command", "delete"}, {"call-id", "c"}});
    bench.command({{"command", "query"}, {"call-id", "c"}});
    bench.rewritten(offer(phone_offer));
    bench.advance(base::limits::ng_unanswered);
    established(bench);
    bench.fall_silent(3);
    bench.ports_left = 0;
    bench.command(offer(phone_offer));
    CHECK(told("currentstatistics", "sessionsown") == 0);
    CHECK(told("totalstatistics", "managedsessions") == 3);
    CHECK(told("totalstatistics", "regularterminatedsessions") == 1);
    CHECK(told("totalstatistics", "offertimeoutsessions") == 1);
    CHECK(told("totalstatistics", "timeoutsessions") == 1);
    CHECK(told("totalstatistics", "rejectedsessions") == 1);
    CHECK(told("controlstatistics", "totalerrorcount") == 2);
}
