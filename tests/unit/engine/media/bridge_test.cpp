// A browser with Opus and a phone with PCMA: the worker is in the way.
#include "plans.hpp"
#include "support/catch.hpp"
#include "wire/rtp/rtcp.hpp"

using namespace cord;
using namespace cord::engine::media;
using cord::engine::dtls::Role;

namespace {

PayloadRule transcode(std::uint8_t from, std::uint8_t to, std::string_view from_codec,
                      std::string_view to_codec) {
    return {.from = from,
            .to = to,
            .from_codec = codec(from_codec),
            .to_codec = codec(to_codec),
            .transcode = true};
}

struct Call {
    World world;
    Browser browser{world, at("192.0.2.1:4000"), Role::client};
    Phone phone{world, at("192.0.2.2:5000")};
    Phone phone_rtcp{world, at("192.0.2.2:5001")};
    Plan plan;

    Call() {
        plan.sides[0] = {{webrtc(10, browser)}, {audio(0, {transcode(111, 8, "opus/48000/2", "pcma/8000")})}};
        plan.sides[1] = {{plain(20, 21, phone)},
                         {audio(0, {transcode(8, 111, "pcma/8000", "opus/48000/2")})}};
        world.apply(1, plan);
        browser.connect(10, gateway);
    }
};

} // namespace

TEST_CASE("packets go through the worker and come out on the other side", "[media]") {
    Call call;
    REQUIRE(call.world.opened.size() == 2);
    call.browser.send_rtp(rtp(111, 1, 0xaaaa, "opus", 960));
    call.phone.send(20, rtp(8, 1, 0xbbbb, "pcma", 160));
    CHECK(call.phone.got.empty());
    CHECK(call.browser.got.empty());
    REQUIRE(call.world.transcodes.size() == 2);
    CHECK(call.world.transcodes[0].first == call.world.opened[0].id);
    CHECK(call.world.transcodes[0].second == rtp(111, 1, 0xaaaa, "opus", 960));

    call.world.transcoded(call.world.opened[0].id, rtp(8, 77, 1, "alaw", 5));
    call.world.transcoded(call.world.opened[1].id, rtp(111, 77, 1, "OPUS", 5));
    REQUIRE(call.phone.got.size() == 1);
    CHECK(view(call.phone.got[0]).payload_type() == 8);
    CHECK(view(call.phone.got[0]).ssrc() == 0xaaaa);
    CHECK(base::as_text(view(call.phone.got[0]).payload()) == "alaw");
    REQUIRE(call.browser.got.size() == 1);
    CHECK(view(call.browser.got[0]).payload_type() == 111);
    CHECK(view(call.browser.got[0]).ssrc() == 0xbbbb);
}

TEST_CASE("what the worker says of a stream that is gone, or wrongly, is dropped", "[media]") {
    Call call;
    call.browser.send_rtp(rtp(111, 1, 0xaaaa, "opus", 960));
    call.world.transcoded(99, rtp(8, 1, 1));
    call.world.transcoded(call.world.opened[0].id, {1, 2, 3});
    CHECK(call.phone.got.empty());
    call.world.engine.remove(1);
    CHECK(call.world.engine.outbox().closed.size() == 2);
    call.world.transcoded(call.world.opened[0].id, rtp(8, 1, 1));
    CHECK(call.phone.got.empty());
}

TEST_CASE("reports that do not fit transcoded packets stay, BYE passes", "[media]") {
    Call call;
    call.browser.send_rtp(rtp(111, 1, 0xaaaa, "opus", 960));
    Bytes report;
    wire::rtp::append_sender_report(report, {.ssrc = 0xaaaa}, {});
    call.browser.send_rtcp(report);
    CHECK(call.phone_rtcp.got.empty());
    wire::rtp::append_bye(report, 0xaaaa);
    call.browser.send_rtcp(report);
    REQUIRE(call.phone_rtcp.got.size() == 1);
    Bytes expected;
    wire::rtp::append_receiver_report(expected, 0xaaaa, {});
    wire::rtp::append_bye(expected, 0xaaaa);
    CHECK(call.phone_rtcp.got[0] == expected);
}
