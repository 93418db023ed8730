// RTCP without a transcoder: reports, feedback and requests for key frames.
#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/rtp/rtcp.hpp"

using namespace cord;
using namespace cord::engine::media;

TEST_CASE("RTCP goes between one port and two", "[media]") {
    BrowserCall call;
    call.connect();
    call.browser.send_rtp(rtp(8, 1, 0xaaaa));
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    Bytes report;
    wire::rtp::append_sender_report(report, {.ssrc = 0xaaaa, .packets = 1}, {{.ssrc = 0xbbbb}});
    wire::rtp::append_cname(report, 0xaaaa, "browser");
    call.browser.send_rtcp(report);
    REQUIRE(call.phone_rtcp.got.size() == 1);
    CHECK(call.phone_rtcp.got[0] == report);
    Bytes answer;
    wire::rtp::append_receiver_report(answer, 0xbbbb, {{.ssrc = 0xaaaa}});
    wire::rtp::append_bye(answer, 0xbbbb);
    call.phone_rtcp.send(21, answer);
    REQUIRE(call.browser.got.size() == 2);
    CHECK(call.browser.got[1] == answer);
}

TEST_CASE("PLI and FIR go to a phone on RTP/AVP, other feedback does not", "[media]") {
    BrowserCall call;
    call.plan.sides[0].streams[0]->kind = call.plan.sides[1].streams[0]->kind = Kind::video;
    call.connect();
    call.browser.send_rtcp(pli(0xaaaa, 0xbbbb));
    REQUIRE(call.phone_rtcp.got.size() == 1);
    auto with_report = parts(call.phone_rtcp.got[0]);
    REQUIRE(with_report.size() == 2);
    CHECK(with_report[0].type == wire::rtp::RtcpType::receiver_report);
    CHECK(wire::rtp::is_pli(with_report[1]));
    Bytes fir;
    wire::rtp::append_fir(fir, 0xaaaa, {0xbbbb, 1});
    call.browser.send_rtcp(fir);
    CHECK(call.phone_rtcp.got.size() == 2);
    Bytes nack;
    wire::rtp::append_nack(nack, 0xaaaa, 0xbbbb, {1, 2});
    call.browser.send_rtcp(nack);
    CHECK(call.phone_rtcp.got.size() == 2);
    call.plan.sides[1].streams[0]->feedback = true;
    call.world.apply(1, call.plan);
    call.browser.send_rtcp(nack);
    CHECK(call.phone_rtcp.got.size() == 3);
}

TEST_CASE("a key frame is asked for when the browser can read it", "[media]") {
    BrowserCall call;
    call.plan.sides[0].streams[0]->kind = call.plan.sides[1].streams[0]->kind = Kind::video;
    const bool phone_was_first = GENERATE(false, true);
    call.world.apply(1, call.plan);
    if (phone_was_first)
        call.phone.send(20, rtp(8, 9, 0xbbbb));
    call.connect();
    CHECK(call.phone_rtcp.got.size() == (phone_was_first ? 1 : 0));
    call.phone.send(20, rtp(8, 10, 0xbbbb));
    call.phone.send(20, rtp(8, 11, 0xbbbb));
    REQUIRE(call.phone_rtcp.got.size() == 1);
    auto request = parts(call.phone_rtcp.got[0]);
    REQUIRE(request.size() == 2);
    CHECK(wire::rtp::is_pli(request[1]));
    CHECK(wire::rtp::media_source(request[1]) == 0xbbbb);
}

TEST_CASE("a key frame is asked of the source of the picture, not of its retransmissions", "[media]") {
    BrowserCall call;
    for (SidePlan &side : call.plan.sides) {
        side.streams[0]->kind = Kind::video;
        side.streams[0]->incoming = {pass(96, 96, "vp8/90000"), pass(97, 97, "rtx/90000")};
    }
    call.world.apply(1, call.plan);
    call.phone.send(20, rtp(96, 9, 0xbbbb));
    call.phone.send(20, rtp(97, 1, 0xcccc));
    call.connect();
    REQUIRE(call.phone_rtcp.got.size() == 1);
    CHECK(wire::rtp::media_source(parts(call.phone_rtcp.got[0])[1]) == 0xbbbb);
}
