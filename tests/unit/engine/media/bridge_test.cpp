// A browser with Opus and a phone with PCMA: the worker is in the way.
#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/rtp/rtcp.hpp"

using namespace cord;
using namespace cord::engine::media;

namespace {

PayloadRule transcode(std::uint8_t from, std::uint8_t to, std::string_view from_codec,
                      std::string_view to_codec) {
    return {.from = from,
            .to = to,
            .from_codec = codec(from_codec),
            .to_codec = codec(to_codec),
            .transcode = true};
}

struct Call : BrowserCall {
    Call() {
        plan.sides[0].streams[0]->incoming = {transcode(111, 8, "opus/48000/2", "pcma/8000")};
        plan.sides[1].streams[0]->incoming = {transcode(8, 111, "pcma/8000", "opus/48000/2")};
        connect();
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

TEST_CASE("the worker is told what the receiver of its packets loses", "[media]") {
    Call call;
    call.browser.send_rtp(rtp(111, 1, 0xaaaa, "opus", 960));
    Bytes report;
    wire::rtp::append_receiver_report(report, 0xbbbb, {{.ssrc = 0xaaaa, .fraction_lost = 64}});
    call.phone_rtcp.send(21, report);
    CHECK(call.browser.got.empty());
    REQUIRE(call.world.transcodes.size() == 2);
    CHECK(call.world.transcodes[1].first == call.world.opened[0].id);
    CHECK(call.world.transcodes[1].second == report);
}

TEST_CASE("what the worker says in RTCP goes to the other direction, not to a peer", "[media]") {
    Call call;
    call.browser.send_rtp(rtp(111, 1, 0xaaaa, "opus", 960));
    const Bytes request{0x82, 204, 0, 2, 0, 0, 0, 0, 'C', 'M', 'R', ' '};
    call.world.transcoded(call.world.opened[0].id, request);
    CHECK(call.phone.got.empty());
    CHECK(call.phone_rtcp.got.empty());
    REQUIRE(call.world.transcodes.size() == 2);
    CHECK(call.world.transcodes[1].first == call.world.opened[1].id);
    CHECK(call.world.transcodes[1].second == request);
}

TEST_CASE("both ends of a transcoded stream get reports on what they get and send", "[media]") {
    using namespace std::chrono_literals;
    Call call;
    call.browser.send_rtp(rtp(111, 1, 0xaaaa, "opus", 960));
    call.browser.send_rtp(rtp(111, 3, 0xaaaa, "opus", 2880));
    call.world.transcoded(call.world.opened[0].id, rtp(8, 77, 1, "alaw", 160));
    call.phone.send(20, rtp(8, 1, 0xbbbb, "pcma", 160));
    call.world.transcoded(call.world.opened[1].id, rtp(111, 77, 1, "OPUS", 960));
    Bytes theirs;
    wire::rtp::append_sender_report(theirs, {.ssrc = 0xaaaa, .ntp = 0x1111'2222'3333'4444}, {});
    call.world.run(call.world.now + 3s);
    call.browser.send_rtcp(theirs);
    CHECK(call.phone_rtcp.got.empty());
    call.browser.got.clear();
    call.world.run(call.world.now + 3s);
    REQUIRE(call.phone_rtcp.got.size() == 1);
    REQUIRE(call.browser.got.size() == 1);
    const auto to_phone = wire::rtp::RtcpCompound::parse(call.phone_rtcp.got[0]);
    const auto to_browser = wire::rtp::RtcpCompound::parse(call.browser.got[0]);
    REQUIRE(to_phone);
    REQUIRE(to_browser);
    const auto made = wire::rtp::sender_info(*to_phone->begin());
    REQUIRE(made);
    CHECK(made->ssrc == 0xaaaa);
    CHECK(made->packets == 1);
    CHECK(made->octets == 4);
    CHECK(made->timestamp == 160 + 5 * 8000);
    const auto on_phone = wire::rtp::report_blocks(*to_phone->begin());
    REQUIRE(on_phone.size() == 1);
    CHECK(on_phone[0].ssrc == 0xbbbb);
    CHECK(on_phone[0].cumulative_lost == 0);
    CHECK(on_phone[0].last_sr == 0);
    CHECK(wire::rtp::sender_info(*to_browser->begin())->timestamp == 960 + 5 * 48000);
    const auto on_browser = wire::rtp::report_blocks(*to_browser->begin());
    REQUIRE(on_browser.size() == 1);
    CHECK(on_browser[0].ssrc == 0xaaaa);
    CHECK(on_browser[0].cumulative_lost == 1);
    CHECK(on_browser[0].fraction_lost == 256 / 3);
    CHECK(on_browser[0].highest_sequence == 3);
    CHECK(on_browser[0].last_sr == 0x2222'3333);
    CHECK(on_browser[0].delay_since_last_sr == 2 * 65'536);
    CHECK(wire::rtp::cname(*++to_browser->begin()));

    // Who sends nothing for a while is told of what it gets alone; without a transcoder nobody is told.
    call.world.run(call.world.now + 15s);
    CHECK((*wire::rtp::RtcpCompound::parse(call.phone_rtcp.got.back())->begin()).type ==
          wire::rtp::RtcpType::receiver_report);
    for (SidePlan &side : call.plan.sides)
        side.streams[0]->incoming = {pass(8, 8, "pcma/8000")};
    call.world.apply(1, call.plan);
    const std::size_t before = call.phone_rtcp.got.size();
    call.world.run(call.world.now + 15s);
    CHECK(call.phone_rtcp.got.size() == before);
}
