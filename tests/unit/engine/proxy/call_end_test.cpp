// What the event of a call's end tells: who ended it, and how media fared.
#include <fmt/format.h>

#include "calls.hpp"
#include "engine/proxy/quality.hpp"
#include "support/catch.hpp"
#include "wire/bencode/bencode.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::bencode::Dict;
using wire::bencode::List;
using wire::sip::Message;

namespace {

bool has(const std::string &event, std::string_view field) {
    return (" " + event).find(fmt::format(" {} ", field)) != std::string::npos;
}

Dict side(List ssrcs) { return {{"medias", List{Dict{{"index", 1}, {"ingress SSRCs", std::move(ssrcs)}}}}}; }

/// As rtc-breaker tells of the call of TwoParties.
std::string numbers() {
    return wire::bencode::write(
        Dict{{"result", "ok"},
             {"SSRC", Dict{{"7", Dict{{"packets", 500}, {"cumulative loss", 3}, {"jitter", 9}}},
                           {"8", Dict{{"packets", 480}, {"cumulative loss", 0}, {"jitter", 2}}},
                           {"9", Dict{{"packets", 20}}}}},
             {"tags", Dict{{"from-alice", side(List{Dict{{"SSRC", 7}}})},
                           {"phone-tag", side(List{Dict{{"SSRC", 8}}, Dict{{"SSRC", 9}}})}}}});
}

/// The caller hangs up, and the phone says 200.
void hang_up(TwoParties &t, const Message &ok) {
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "BYE", 12));
    t.bench.send(t.phone, respond(t.phone.next("BYE"), 200, ""));
}

} // namespace

TEST_CASE("a caller whose BYE nobody answers has ended the call", "[proxy]") {
    TwoParties t;
    Message ok = t.establish();
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "BYE", 12));
    CHECK(t.phone.next("BYE").is_request());
    t.bench.close(t.alice); // as a page does
    t.bench.advance(40s);
    auto ends = t.bench.events("call-end");
    REQUIRE(ends.size() == 1);
    CHECK(has(ends[0], "ended_by=caller"));
    CHECK(has(ends[0], "code=200"));
}

TEST_CASE("nobody has ended a call of which one side is lost", "[proxy]") {
    TwoParties t;
    t.establish();
    t.bench.close(t.alice);
    t.bench.advance(40s);
    REQUIRE(t.bench.events("call-end").size() == 1);
    CHECK(has(t.bench.events("call-end")[0], "ended_by=proxy"));
}

TEST_CASE("the end of a bridged call tells of its media", "[proxy]") {
    TwoParties t;
    t.bench.breaker_numbers = numbers();
    Message ok = t.establish();
    t.bench.breaker_holds = true;
    hang_up(t, ok);
    CHECK(t.alice.next("200").is_response());
    CHECK(t.bench.core().calls(t.bench.now()).empty());
    CHECK(t.bench.events("call-end").empty());
    t.bench.release_breaker();
    auto ends = t.bench.events("call-end");
    REQUIRE(ends.size() == 1);
    CHECK(has(ends[0], "ended_by=caller"));
    CHECK(has(ends[0], "caller_packets=500"));
    CHECK(has(ends[0], "caller_lost=3"));
    CHECK(has(ends[0], "caller_jitter_ms=9"));
    CHECK(has(ends[0], "callee_packets=500"));
    CHECK(has(ends[0], "callee_lost=0"));
    CHECK(has(ends[0], "callee_jitter_ms=2"));
}

TEST_CASE("a breaker that does not answer leaves the end without numbers", "[proxy]") {
    TwoParties t;
    Message ok = t.establish();
    t.bench.breaker_up = false;
    hang_up(t, ok);
    auto ends = t.bench.events("call-end");
    REQUIRE(ends.size() == 1);
    CHECK(ends[0].find("packets") == std::string::npos);
}

TEST_CASE("rtpengine names sources at their streams, and jitter among its averages", "[proxy]") {
    const Dict reply{
        {"result", "ok"},
        {"SSRC", Dict{{"7", Dict{{"packets", 5}, {"average MOS", Dict{{"jitter", 4}}}}}}},
        {"tags", Dict{{"a", Dict{{"medias", List{Dict{{"streams", List{Dict{{"SSRC", 7}}}}}}}}}}}};
    auto quality = engine::proxy::read_quality(wire::bencode::write(reply), "a");
    REQUIRE(quality);
    CHECK(quality->caller.packets == 5);
    CHECK(quality->caller.jitter_ms == 4);
    CHECK_FALSE(engine::proxy::read_quality("d6:result2:oke", "a"));
    CHECK_FALSE(engine::proxy::read_quality("nonsense", "a"));
}
