// Keys that we press, among what is relayed.
#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/rtp/rtcp.hpp"
#include "wire/rtp/telephone_event.hpp"

using namespace cord;
using namespace cord::engine::media;
using namespace std::chrono_literals;
using wire::rtp::TelephoneEvent;

namespace {

TelephoneEvent event(const Bytes &packet) { return TelephoneEvent::parse(view(packet).payload()).value(); }

/// Packets a PCMA phone sends, one each 20 ms, while deadlines pass.
void talk(World &world, Phone &phone, PortId port, std::uint16_t first, int packets) {
    for (int i = 0; i < packets; ++i) {
        const auto sequence = static_cast<std::uint16_t>(first + i);
        phone.send(port, rtp(8, sequence, 0xaaaa, "payload", sequence * 160U));
        world.run(world.now + 20ms);
    }
}

struct Call : PhoneCall {
    Call() {
        plan.sides[1].streams[0]->events = {{101, 8000}};
        world.apply(1, plan);
    }
};

} // namespace

TEST_CASE("a key is heard in the place of what is relayed, and numbers go on behind it", "[media][dtmf]") {
    Call call;
    talk(call.world, call.a, 10, 65530, 3);
    call.world.press(1, "5");
    talk(call.world, call.a, 10, 65533, 10);
    std::vector<std::uint16_t> events, sound;
    std::uint16_t expected = 65530;
    for (const Bytes &packet : call.b.got) {
        CHECK(view(packet).ssrc() == 0xaaaa);
        CHECK(view(packet).sequence() == expected++);
        if (view(packet).payload_type() == 101) {
            CHECK(event(packet).event == 5);
            // 20 ms after the last packet before it
            CHECK(view(packet).timestamp() == static_cast<std::uint16_t>(65532) * 160U + 160);
            events.push_back(event(packet).duration);
        } else {
            sound.push_back(static_cast<std::uint16_t>(view(packet).timestamp() / 160));
        }
    }
    CHECK(events == std::vector<std::uint16_t>{160, 320, 480, 640, 800, 800, 800});
    CHECK(view(call.b.got[4]).marker());
    // What the source sends from the first of the seven packets to the last is left out.
    CHECK(sound.size() == 8);
    CHECK(call.world.side(0).drops.left_out == 5);
    CHECK(call.world.side(1).streams[0].sent.packets == call.b.got.size());
}

TEST_CASE("what a receiver reports is told to the source in its own numbers", "[media][dtmf]") {
    Call call;
    Phone a_rtcp(call.world, at("192.0.2.1:4001")), b_rtcp(call.world, at("192.0.2.2:5001"));
    talk(call.world, call.a, 10, 100, 2);
    call.world.press(1, "1");
    call.world.run(call.world.now + 200ms);
    talk(call.world, call.a, 10, 102, 1);
    REQUIRE(view(call.b.got.back()).sequence() == 109);
    Bytes report;
    wire::rtp::append_receiver_report(report, 0xbbbb, {{.ssrc = 0xaaaa, .highest_sequence = 109}});
    b_rtcp.send(21, report);
    REQUIRE(a_rtcp.got.size() == 1);
    CHECK(wire::rtp::report_blocks(parts(a_rtcp.got[0])[0])[0].highest_sequence == 102);
    report.clear();
    wire::rtp::append_sender_report(
        report, {.ssrc = 0xbbbb},
        {{.ssrc = 0xcccc, .highest_sequence = 7}, {.ssrc = 0xaaaa, .highest_sequence = 108}});
    b_rtcp.send(21, report);
    const auto blocks = wire::rtp::report_blocks(parts(a_rtcp.got.back())[0]);
    CHECK(blocks[0].highest_sequence == 7);
    CHECK(blocks[1].highest_sequence == 101);
}

TEST_CASE("a browser hears keys under its keys, at the clock of the sound before", "[media][dtmf]") {
    BrowserCall call;
    call.plan.sides[0].streams[0]->events = {{126, 8000}, {110, 48000}};
    const bool opus = GENERATE(false, true);
    const std::string codec_name = opus ? "opus/48000/2" : "pcma/8000";
    for (SidePlan &side : call.plan.sides)
        side.streams[0]->incoming = {pass(8, 8, codec_name)};
    call.connect();
    call.phone.send(20, rtp(8, 1, 0xbbbb, "sound", 1000));
    call.world.run(call.world.now + 100ms);
    call.world.press(0, "#A");
    call.world.run(call.world.now + 1s);
    call.phone.send(20, rtp(8, 2, 0xbbbb, "sound", 9000));
    REQUIRE(call.browser.got.size() == 2 + 2 * 7);
    CHECK(call.browser.unreadable == 0);
    const Bytes &first = call.browser.got[1], &last = call.browser.got[14];
    CHECK(view(first).payload_type() == (opus ? 110 : 126));
    CHECK(event(first).event == 11);
    CHECK(event(last).event == 12);
    CHECK(event(last).end);
    CHECK(event(last).duration == (opus ? 4800 : 800));
    CHECK(view(first).timestamp() == 1000U + (opus ? 4800 : 800));
    CHECK(view(last).timestamp() == 1000U + 3 * (opus ? 4800 : 800)); // 100 ms of it and of the pause
    CHECK(view(call.browser.got[15]).sequence() == 16);
}

TEST_CASE("without a packet from the other side keys have a source of ours", "[media][dtmf]") {
    Call call;
    call.world.press(1, "12");
    call.world.run(call.world.now + 1s);
    REQUIRE(call.b.got.size() == 14);
    const std::uint32_t ssrc = view(call.b.got[0]).ssrc();
    for (std::size_t i = 1; i < call.b.got.size(); ++i) {
        CHECK(view(call.b.got[i]).ssrc() == ssrc);
        CHECK(view(call.b.got[i]).sequence() ==
              static_cast<std::uint16_t>(view(call.b.got[0]).sequence() + i));
    }
    CHECK(view(call.b.got[7]).timestamp() == view(call.b.got[0]).timestamp() + 1600);
}

TEST_CASE("keys go among what a transcoder makes", "[media][dtmf]") {
    BrowserCall call;
    call.plan.sides[0].streams[0]->incoming = {{111, 8, codec("opus/48000/2"), codec("pcma/8000"), true}};
    call.plan.sides[1].streams[0]->incoming = {{8, 111, codec("pcma/8000"), codec("opus/48000/2"), true}};
    call.plan.sides[1].streams[0]->events = {{96, 8000}};
    call.connect();
    const TranscodeId id = call.world.opened[0].id;
    call.browser.send_rtp(rtp(111, 1, 0xaaaa, "opus", 960));
    call.world.transcoded(id, rtp(8, 70, 1, "alaw", 160));
    call.world.press(1, "9");
    call.world.run(call.world.now + 20ms);
    call.world.transcoded(id, rtp(8, 71, 1, "alaw", 320));
    call.world.run(call.world.now + 500ms);
    call.world.transcoded(id, rtp(8, 72, 1, "alaw", 480));
    REQUIRE(call.phone.got.size() == 9);
    for (std::size_t i = 0; i < 9; ++i) {
        CHECK(view(call.phone.got[i]).sequence() == 70 + i);
        CHECK(view(call.phone.got[i]).ssrc() == 0xaaaa);
    }
    CHECK(event(call.phone.got[1]).event == 9);
    CHECK(base::as_text(view(call.phone.got[8]).payload()) == "alaw");
}

TEST_CASE("a peer that takes no events hears no keys, from the next description on", "[media][dtmf]") {
    Call call;
    call.world.press(0, "1");
    call.world.run(call.world.now + 1s);
    CHECK(call.a.got.empty());
    call.world.press(1, "1");
    call.plan.sides[1].streams[0]->events.clear();
    call.world.apply(1, call.plan);
    call.world.run(call.world.now + 1s);
    CHECK(call.b.got.empty());
}

TEST_CASE("whole pictures are asked for when the controller wants them", "[media]") {
    BrowserCall call;
    call.plan.sides[0].streams[0]->kind = call.plan.sides[1].streams[0]->kind = Kind::video;
    call.connect();
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    const std::size_t before = call.phone_rtcp.got.size();
    call.world.request_key_frames(1);
    REQUIRE(call.phone_rtcp.got.size() == before + 1);
    CHECK(wire::rtp::is_pli(parts(call.phone_rtcp.got.back())[1]));
    call.world.engine.set_barrier(1, 1, {.media = true});
    call.phone.send(20, rtp(8, 10, 0xbbbb));
    CHECK(call.phone_rtcp.got.size() == before + 1);
    call.world.engine.set_barrier(1, 1, {}); // the picture begins anew
    call.phone.send(20, rtp(8, 11, 0xbbbb));
    CHECK(call.phone_rtcp.got.size() == before + 2);
    CHECK(view(call.browser.got.back()).sequence() == 11); // numbers of pictures stay
}
