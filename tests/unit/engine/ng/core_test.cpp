#include "engine/ng/core.hpp"

#include "bench.hpp"

using namespace cord::test;
using cord::wire::bencode::text_of;

namespace {

const std::string plain =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n";

std::string error_of(Bench &bench, const Dict &dict) {
    const Dict reply = bench.command(dict);
    CHECK(text_of(reply, "result") == "error");
    return std::string(text_of(reply, "error-reason"));
}

} // namespace

TEST_CASE("ping in both encodings, with and without cookie") {
    Bench bench;
    CHECK(bench.send("c1 d7:command4:pinge") == "c1 d6:result4:ponge");
    CHECK(bench.send("d7:command4:pinge") == "d6:result4:ponge");
    CHECK(bench.send("c2 {\"command\":\"ping\"}\n") == "c2 {\"result\":\"pong\"}");
    CHECK(bench.send("{\"command\":\"ping\"}") == "{\"result\":\"pong\"}");
    CHECK(bench.send("nocookie").empty());
}

TEST_CASE("errors in rtpengine's words") {
    Bench bench;
    CHECK(bench.send("c1 xyz") == "c1 d6:result5:error12:error-reason22:Invalid NG data formate");
    CHECK(bench.send("c2 dx") == "c2 d6:result5:error12:error-reason35:Could not decode bencode dictionarye");
    CHECK(bench.send("c3 {x") == R"(c3 {"result":"error","error-reason":"Failed to parse JSON document"})");
    CHECK(error_of(bench, {}) == "Dictionary contains no key \"command\"");
    CHECK(error_of(bench, {{"command", "dance"}}) == "Unrecognized command");
    CHECK(error_of(bench, {{"command", "offer"}}) == "No SDP body in message");
    CHECK(error_of(bench, {{"command", "offer"}, {"sdp", "x"}}) == "Failed to parse SDP");
    CHECK(error_of(bench, {{"command", "offer"}, {"sdp", "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"}}) ==
          "Incomplete SDP specification");
    CHECK(error_of(bench, {{"command", "offer"}, {"sdp", plain}}) == "No call-id in message");
    CHECK(error_of(bench, {{"command", "offer"}, {"sdp", plain}, {"call-id", "c"}}) ==
          "No from-tag in message");
    CHECK(error_of(bench, {{"command", "answer"}, {"sdp", plain}, {"call-id", "c"}, {"from-tag", "f"}}) ==
          "No to-tag in message");
    CHECK(
        error_of(
            bench,
            {{"command", "answer"}, {"sdp", plain}, {"call-id", "c"}, {"from-tag", "f"}, {"to-tag", "t"}}) ==
        "Unknown call-id");
    CHECK(error_of(bench, {{"command", "query"}, {"call-id", "c"}}) == "Unknown call-id");
    CHECK(error_of(bench, {{"command", "list"}, {"limit", 0}}) == "invalid limit, must be >= 0");
    CHECK(error_of(bench, {{"command", "delete"}, {"call-id", "c"}, {"flags", List{"fatal"}}}) ==
          "Call-ID not found or tags didn't match");
    CHECK(text_of(bench.command({{"command", "delete"}, {"call-id", "c"}}), "warning") ==
          "Call-ID not found or tags didn't match");
}

TEST_CASE("a datagram that comes again gets the same answer and is not obeyed twice") {
    Bench bench;
    const std::string offer =
        "c " + cord::wire::bencode::write(
                   Dict{{"command", "offer"}, {"call-id", "x"}, {"from-tag", "a"}, {"sdp", "v=0"}});
    const std::string first = bench.send(offer, "10.77.0.9:4000");
    const std::uint64_t errors = bench.core.counters().errors;
    CHECK(bench.send(offer, "10.77.0.9:4000") == first);
    CHECK(bench.core.counters().errors == errors);
    bench.now.mono += std::chrono::seconds(61);
    CHECK(bench.send(offer, "10.77.0.9:4000") == first);
    CHECK(bench.core.counters().errors == errors + 1);
}

TEST_CASE("a cookie that another command has had is no repetition") {
    Bench bench;
    const std::string sender = GENERATE("", "10.77.0.9:4000");
    CHECK(bench.send("77 d7:command4:pinge", sender) == "77 d6:result4:ponge");
    CHECK(bench.send("77 d7:command4:liste", sender) == "77 d6:result2:ok5:callslee");
}

TEST_CASE("the answer to one client is not another's, and on a stream each message is obeyed") {
    Bench bench;
    auto refusals = [&](const char *first, const char *second) {
        const std::uint64_t before = bench.core.counters().errors;
        for (const char *sender : {first, second})
            CHECK(bench.send("77 d7:command5:dancee", sender).starts_with("77 d6:result5:error"));
        return bench.core.counters().errors - before;
    };
    CHECK(refusals("10.77.0.9:4000", "10.77.0.9:4001") == 2);
    CHECK(refusals("", "") == 2);
    CHECK(refusals("10.77.0.9:4001", "10.77.0.9:4000") == 0);
}
