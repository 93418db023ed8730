// What an operator keeps from the other side.
#include <set>

#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/rtp/telephone_event.hpp"

using namespace cord;
using namespace cord::engine::media;

namespace {

Bytes key(std::uint16_t sequence, std::uint8_t number, std::uint32_t timestamp = 0) {
    const auto payload = wire::rtp::TelephoneEvent{.event = number, .volume = 7, .duration = 400}.bytes();
    return rtp(96, sequence, 0xaaaa, base::as_text(payload), timestamp);
}

struct Call : PhoneCall {
    Barrier &barrier = plan.sides[0].streams[0]->barrier;
    void change() { world.apply(1, plan); }
};

} // namespace

TEST_CASE("blocked media does not pass, and leaves no gap", "[media][barrier]") {
    Call call;
    call.a.send(10, rtp(8, 1, 0xaaaa));
    call.barrier.media = true;
    call.change();
    call.a.send(10, rtp(8, 2, 0xaaaa));
    call.a.send(10, key(3, 1));
    call.b.send(20, rtp(8, 1, 0xbbbb)); // the other way
    call.barrier.media = false;
    call.change();
    call.a.send(10, rtp(8, 4, 0xaaaa));
    REQUIRE(call.b.got.size() == 2);
    CHECK(view(call.b.got[1]).sequence() == 2);
    CHECK(call.a.got.size() == 1);
    CHECK(call.world.side(0).drops.left_out == 2);
}

TEST_CASE("silenced sound passes as silence, and keys as they are", "[media][barrier]") {
    Call call;
    call.barrier.sound = true;
    std::string codec_name;
    std::string expected;
    SECTION("PCMA") {
        codec_name = "pcma/8000";
        expected = "\xd5\xd5\xd5\xd5";
    }
    SECTION("PCMU") {
        codec_name = "pcmu/8000";
        expected = "\xff\xff\xff\xff";
    }
    SECTION("Opus") {
        codec_name = "opus/48000/2";
        expected = "\xf8\xff\xfe";
    }
    SECTION("what nobody knows the silence of is left out") { codec_name = "g729/8000"; }
    call.plan.sides[0].streams[0]->incoming[0] = pass(8, 8, codec_name);
    call.change();
    call.a.send(10, rtp(8, 1, 0xaaaa, "loud"));
    call.a.send(10, key(2, 1));
    REQUIRE(call.b.got.size() == (expected.empty() ? 1 : 2));
    if (!expected.empty())
        CHECK(base::as_text(view(call.b.got[0]).payload()) == expected);
    CHECK(view(call.b.got.back()).payload_type() == 101);
}

TEST_CASE("silence under padding, and for a packet shorter than it", "[media][barrier]") {
    Call call;
    call.barrier.sound = true;
    call.plan.sides[0].streams[0]->incoming[0] = pass(8, 8, "opus/48000/2");
    call.change();
    Bytes padded = rtp(8, 1, 0xaaaa, std::string_view("x\0\0\3", 4));
    padded[0] |= 0x20;
    call.a.send(10, padded);
    REQUIRE(call.b.got.size() == 1);
    CHECK(view(call.b.got[0]).padding() == 0);
    CHECK(view(call.b.got[0]).payload().size() == 3);
    call.plan.sides[0].streams[0]->incoming[0] = pass(8, 8, "pcma/8000");
    call.change();
    padded[3] = 2;
    call.a.send(10, padded);
    REQUIRE(call.b.got.size() == 2);
    CHECK(view(call.b.got[1]).padding() == 3);
    CHECK(base::as_text(view(call.b.got[1]).payload()) == "\xd5");
}

TEST_CASE("keys are dropped, replaced, or made up", "[media][barrier]") {
    Call call;
    auto event = [&] { return wire::rtp::TelephoneEvent::parse(view(call.b.got.back()).payload())->event; };
    SECTION("dropped") {
        call.barrier.keys = Barrier::Keys::drop;
        call.change();
        call.a.send(10, rtp(8, 1, 0xaaaa));
        call.a.send(10, key(2, 5));
        call.a.send(10, rtp(8, 3, 0xaaaa));
        REQUIRE(call.b.got.size() == 2);
        CHECK(view(call.b.got[1]).sequence() == 2);
    }
    SECTION("replaced") {
        call.barrier.keys = Barrier::Keys::replace;
        call.barrier.key = 3;
        call.change();
        call.a.send(10, key(1, 5));
        REQUIRE(call.b.got.size() == 1);
        CHECK(event() == 3);
        call.a.send(10, rtp(96, 2, 0xaaaa, "x"));
        CHECK(call.b.got.size() == 1); // no event: it might tell the key
    }
    SECTION("made up, and the same for all packets of one") {
        call.barrier.keys = Barrier::Keys::random;
        call.change();
        std::set<int> seen;
        for (std::uint16_t i = 0; i < 100; ++i) {
            call.a.send(10, key(static_cast<std::uint16_t>(2 * i), 5, i * 1000U));
            const int first = event();
            call.a.send(10, key(static_cast<std::uint16_t>(2 * i + 1), 5, i * 1000U));
            CHECK(event() == first);
            CHECK(first < 10);
            seen.insert(first);
        }
        CHECK(seen.size() > 5);
    }
}
