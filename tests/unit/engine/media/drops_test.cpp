// What is not passed on is counted, and is not told of as if it had been.
#include "plans.hpp"
#include "support/catch.hpp"
#include "wire/rtp/rtcp.hpp"

using namespace cord;
using namespace cord::engine::media;

namespace {

/// Two phones: ports 10 and 11 face the first, 20 and 21 the second.
struct Call {
    World world;
    Phone a{world, at("192.0.2.1:4000")};
    Phone a_rtcp{world, at("192.0.2.1:4001")};
    Phone b{world, at("192.0.2.2:5000")};
    Plan plan;

    Call() {
        plan.sides[0] = {{plain(10, 11, a)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
        plan.sides[1] = {{plain(20, 21, b)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    }
    [[nodiscard]] Drops drops() const { return world.engine.statistics(1, world.now)->sides[0].drops; }
};

} // namespace

TEST_CASE("media has started with the first packet that is passed on, not with one that is dropped",
          "[media]") {
    Call call;
    SECTION("held") {
        call.plan.sides[0].streams[0]->receives = false;
        call.world.apply(1, call.plan);
        call.a.send(10, rtp(8, 1, 0xaaaa));
        CHECK(call.drops().held == 1);
    }
    SECTION("of a payload type that was not negotiated") {
        call.world.apply(1, call.plan);
        call.a.send(10, rtp(77, 1, 0xaaaa));
        CHECK(call.drops().unknown_payload_type == 1);
    }
    CHECK_FALSE(call.world.saw(Event::What::media_started, 0));
    call.plan.sides[0].streams[0]->receives = true;
    call.world.apply(1, call.plan);
    call.a.send(10, rtp(8, 2, 0xaaaa));
    CHECK(call.b.got.size() == 1);
    CHECK(call.world.saw(Event::What::media_started, 0));
    call.world.events.clear();
    call.a.send(10, rtp(8, 3, 0xaaaa));
    CHECK_FALSE(call.world.saw(Event::What::media_started, 0)); // once
}

TEST_CASE("RTCP that cannot be read is counted", "[media]") {
    Call call;
    call.world.apply(1, call.plan);
    Bytes cut(8);
    base::store16(cut.data(), 0x80c9);
    base::store16(cut.data() + 2, 7); // words that are not there
    call.a_rtcp.send(11, cut);
    CHECK(call.drops().malformed == 1);
}
