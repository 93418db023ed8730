// What `query` tells.
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
