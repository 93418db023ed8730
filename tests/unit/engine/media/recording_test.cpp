// Sessions that are recorded: what each peer sends, in the clear.
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::media;

TEST_CASE("what both sides send is overheard as it came, until it is no longer", "[media][recording]") {
    PhoneCall call;
    call.a.send(10, rtp(8, 1, 0xaaaa));
    CHECK(call.world.overheard.empty());
    call.world.engine.set_recording(1, 7);
    call.a.send(10, rtp(96, 2, 0xaaaa, "key!"));
    call.b.send(20, rtp(8, 3, 0xbbbb));
    REQUIRE(call.world.overheard.size() == 2);
    const auto &[from_a, bytes] = call.world.overheard[0];
    CHECK(from_a.recording == 7);
    CHECK(from_a.port == 10);
    CHECK(from_a.from == call.a.address);
    CHECK(bytes == rtp(96, 2, 0xaaaa, "key!")); // passed on as payload type 101
    CHECK(call.world.overheard[1].second == rtp(8, 3, 0xbbbb));

    call.world.engine.set_recording(1, 0);
    call.a.send(10, rtp(8, 4, 0xaaaa));
    call.plan.recording = 8;
    call.world.apply(1, call.plan);
    call.a.send(10, rtp(8, 5, 0xaaaa));
    REQUIRE(call.world.overheard.size() == 3);
    CHECK(call.world.overheard[2].first.recording == 8);
}

TEST_CASE("strangers are not overheard", "[media][recording]") {
    PhoneCall call;
    call.world.engine.set_recording(1, 7);
    Phone stranger(call.world, at("198.51.100.1:9"));
    call.a.send(10, rtp(8, 1, 0xaaaa));
    stranger.send(10, rtp(8, 2, 0xcccc));
    CHECK(call.world.overheard.size() == 1);
}

TEST_CASE("a browser is recorded in the clear", "[media][recording]") {
    BrowserCall call;
    call.plan.recording = 7;
    call.connect();
    REQUIRE(call.browser.secured());
    call.browser.send_rtp(rtp(8, 1, 0xaaaa));
    call.browser.send_rtcp(pli(0xaaaa, 1));
    REQUIRE(call.world.overheard.size() == 2);
    CHECK(call.world.overheard[0].second == rtp(8, 1, 0xaaaa));
    CHECK(call.world.overheard[1].second == pli(0xaaaa, 1));
}
