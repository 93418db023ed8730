// `play DTMF` and `request key frame`: to whom, what, and what is refused.
#include "calls.hpp"

using namespace cord;
using namespace cord::test;
using wire::bencode::text_of;

namespace {

Dict play(const Dict &more) {
    Dict out{{"command", "play DTMF"}, {"call-id", "c"}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

std::string reason(const Dict &reply) { return std::string(text_of(reply, "error-reason")); }

const std::vector<std::string> events{"a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"};
const std::string phone_a = audio(events, "m=audio 4000 RTP/AVP 8 101");
const std::string phone_b = audio(events, "m=audio 5000 RTP/AVP 8 101");

} // namespace

TEST_CASE("keys of one side are pressed toward the other", "[ng][dtmf]") {
    Bench bench;
    established(bench, phone_a, to_phone, phone_b);
    CHECK(is_done(bench.command(play({{"from-tag", "f"}, {"code", std::int64_t{5}}}))));
    REQUIRE(bench.pressed.size() == 1);
    CHECK(bench.pressed[0].side == 1);
    using namespace std::chrono_literals;
    CHECK(bench.pressed[0].keys == std::vector<engine::media::Key>{{5, 8, 250ms, 100ms}});

    bench.command(play({{"from-tag", "t"},
                        {"to-tag", "f"},
                        {"digit", List{"1", "*", "15", "d"}},
                        {"duration", "80"},
                        {"volume", "-12"},
                        {"pause", std::int64_t{9999}}}));
    REQUIRE(bench.pressed.size() == 2);
    CHECK(bench.pressed[1].side == 0);
    REQUIRE(bench.pressed[1].keys.size() == 4);
    CHECK(bench.pressed[1].keys[1] == engine::media::Key{10, 12, 100ms, 5000ms});
    CHECK(bench.pressed[1].keys[2].event == 15);
    CHECK(bench.pressed[1].keys[3].event == 15);

    bench.command(play({{"all", "all"}, {"code", "#"}}));
    CHECK(bench.pressed.size() == 4);
}

TEST_CASE("what the peer agreed on is in the plan", "[ng][dtmf]") {
    Bench bench;
    established(bench, browser_audio, to_phone, phone_b);
    const Plan &plan = bench.plans.at(1);
    CHECK(plan.sides[1].streams[0]->events == std::vector<engine::media::EventFormat>{{101, 8000}});
    CHECK(plan.sides[0].streams[0]->events == std::vector<engine::media::EventFormat>{{126, 8000}});
}

TEST_CASE("keys that nobody can press, or hear", "[ng][dtmf]") {
    Bench bench;
    CHECK(reason(bench.command(play({{"from-tag", "f"}, {"code", "1"}}))) == "Unknown call-ID");
    CHECK(reason(bench.command({{"command", "play DTMF"}})) == "No call-id in message");
    bench.rewritten(offer(phone_a, to_phone));
    CHECK(reason(bench.command(play({{"from-tag", "f"}, {"code", "1"}}))) ==
          "Monologue has no media capable of DTMF injection");
    SECTION("out of range") {
        bench.rewritten(answer(phone_b));
        for (const char *code : {"16", "x", "", "1,16"})
            CHECK(reason(bench.command(play({{"from-tag", "f"}, {"code", code}}))) ==
                  "Out of range 'code' specified");
        CHECK(reason(bench.command(play({{"code", "1"}}))) == "No participant party specified");
        CHECK(reason(bench.command(play({{"from-tag", "x"}, {"code", "1"}}))) ==
              "From-tag given, but no such tag exists");
        CHECK(reason(bench.command(play({{"from-tag", "f"}, {"to-tag", "x"}, {"code", "1"}}))) ==
              "Media flow not found (to-tag not found)");
    }
    SECTION("the peer takes no events") {
        bench.rewritten(answer(audio({}, "m=audio 5000 RTP/AVP 8")));
        CHECK(reason(bench.command(play({{"from-tag", "f"}, {"code", "1"}}))) ==
              "Monologue has no media capable of DTMF injection");
    }
    SECTION("the peer takes not these") {
        bench.rewritten(answer(
            audio({"a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-9,11"}, "m=audio 5000 RTP/AVP 8 101")));
        CHECK(reason(bench.command(play({{"from-tag", "f"}, {"code", "*"}}))) ==
              "Monologue has no media capable of DTMF injection");
        CHECK(is_done(bench.command(play({{"from-tag", "f"}, {"code", "#"}}))));
    }
    CHECK(bench.pressed.size() <= 1);
}

TEST_CASE("a key frame is asked of who has said that it takes such requests", "[ng][key-frame]") {
    Bench bench;
    bench.rewritten(offer(browser_av, to_phone));
    const std::string video = "m=video 5002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000";
    bench.rewritten(answer(audio({video}, "m=audio 5000 RTP/AVP 0")));
    auto want = [&](const char *tag) {
        return bench.command({{"command", "request key frame"}, {"call-id", "c"}, {"from-tag", tag}});
    };
    CHECK(is_done(want("f")));
    REQUIRE(bench.wanted_frames.size() == 1);
    CHECK(bench.wanted_frames[0].side == 0);
    CHECK(text_of(want("t"), "result") == "error"); // its description says nothing of it
    CHECK(reason(want("x")) == "From-tag given, but no such tag exists");
}
