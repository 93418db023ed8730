// Calls without a transcoder through the engine.
#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/rtp/rtcp.hpp"

using namespace cord;
using namespace cord::engine::media;
using namespace std::chrono_literals;
using cord::engine::dtls::Role;

TEST_CASE("two phones hear each other, payload types translated", "[media]") {
    PhoneCall call;
    call.a.send(10, rtp(8, 1, 0xaaaa));
    call.a.send(10, rtp(96, 2, 0xaaaa, "evnt"));
    call.b.send(20, rtp(8, 9, 0xbbbb));
    REQUIRE(call.b.got.size() == 2);
    CHECK(call.b.got[0] == rtp(8, 1, 0xaaaa));
    CHECK(call.b.got[1] == rtp(101, 2, 0xaaaa, "evnt"));
    REQUIRE(call.a.got.size() == 1);
    CHECK(call.a.got[0] == rtp(8, 9, 0xbbbb));
    CHECK(call.world.saw(Event::What::media_started, 0));
    CHECK(call.world.saw(Event::What::media_started, 1));
    const StreamStatistics of_a = call.world.side(0).streams[0], of_b = call.world.side(1).streams[0];
    CHECK(of_a.received.packets == 2);
    CHECK(of_b.sent.packets == 2);
    CHECK(of_b.received.bytes == rtp(8, 9, 0).size());
    CHECK(of_a.ssrcs == std::vector<std::uint32_t>{0xaaaa});
    CHECK(of_a.silence.empty());
    CHECK(of_a.lost == 0);
    call.a.send(10, rtp(8, 6, 0xaaaa));
    CHECK(call.world.side(0).streams[0].lost == 3);
}

TEST_CASE("strangers are dropped and counted", "[media]") {
    PhoneCall call;
    Phone stranger(call.world, at("198.51.100.66:4000"));
    stranger.send(10, rtp(8, 1, 0xdead));
    stranger.send(11, pli(1, 2));
    CHECK(call.world.silence(0) == "packets come from 198.51.100.66:4000, which was not negotiated");
    call.a.send(10, rtp(8, 1, 0xaaaa));
    Phone other_port(call.world, at("192.0.2.1:4444"));
    other_port.send(10, rtp(8, 1, 0xdead));
    CHECK(call.b.got.size() == 1);
    CHECK(call.world.side(0).drops.strangers == 3);
}

TEST_CASE("a phone behind a NAT is answered where it sends from", "[media]") {
    PhoneCall call;
    Phone natted(call.world, at("192.0.2.1:61000"));
    natted.send(10, rtp(8, 1, 0xaaaa));
    call.b.send(20, rtp(8, 9, 0xbbbb));
    CHECK(natted.got.size() == 1);
    CHECK(call.a.got.empty());
}

TEST_CASE("payload types that were not negotiated do not pass", "[media]") {
    PhoneCall call;
    call.a.send(10, rtp(0, 1, 0xaaaa));
    CHECK(call.b.got.empty());
    CHECK(call.world.silence(0) == "packets come with payload type 0, which was not negotiated");
    for (const char *odd : {"", "x", "\x80", "\x05 beyond STUN", "\xff"})
        call.a.send(10, Bytes(odd, odd + std::strlen(odd)));
    CHECK(call.world.side(0).drops.malformed == 5);
}

TEST_CASE("a held side is not heard", "[media]") {
    PhoneCall call;
    call.plan.sides[0].streams[0]->receives = false;
    call.world.apply(1, call.plan);
    call.a.send(10, rtp(8, 1, 0xaaaa));
    CHECK(call.b.got.empty());
    CHECK(call.world.side(0).drops.held == 1);
    call.plan.sides[0].streams[0]->receives = true;
    call.world.apply(1, call.plan);
    call.a.send(10, rtp(8, 2, 0xaaaa));
    CHECK(call.b.got.size() == 1);
}

TEST_CASE("a browser and a phone hear each other, whoever begins the handshake", "[media]") {
    BrowserCall call(GENERATE(Role::client, Role::server));
    CHECK_FALSE(call.browser.secured());
    call.world.apply(1, call.plan);
    CHECK(call.world.silence(0) == "no ICE check has come");
    call.connect();
    REQUIRE(call.browser.secured());
    CHECK(call.world.saw(Event::What::ice_connected, 0));
    CHECK(call.world.saw(Event::What::dtls_connected, 0));
    CHECK(call.world.silence(0) == "no packet has come");
    call.browser.send_rtp(rtp(8, 1, 0xaaaa));
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    REQUIRE(call.phone.got.size() == 1);
    CHECK(call.phone.got[0] == rtp(8, 1, 0xaaaa));
    REQUIRE(call.browser.got.size() == 1);
    CHECK(call.browser.got[0] == rtp(8, 9, 0xbbbb));
    CHECK(call.browser.unreadable == 0);
    CHECK(call.world.side(0).streams[0].security == "DTLS-SRTP");
}

TEST_CASE("header extensions stay at the browser, and the mid is put on for it", "[media]") {
    BrowserCall call;
    call.plan.sides[0].streams[0]->mid = "audio0";
    call.plan.sides[0].streams[0]->mid_extension = 4;
    call.connect();
    Bytes packet = rtp(8, 1, 0xaaaa);
    packet[0] |= 0x10;
    packet.insert(packet.begin() + 12, {0xbe, 0xde, 0, 1, 0x10, 0x80, 0, 0});
    call.browser.send_rtp(packet);
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    REQUIRE(call.phone.got.size() == 1);
    CHECK(call.phone.got[0] == rtp(8, 1, 0xaaaa));
    REQUIRE(call.browser.got.size() == 1);
    CHECK(base::as_text(*view(call.browser.got[0]).element(4)) == "audio0");
    CHECK(base::as_text(view(call.browser.got[0]).payload()) == "payload");
}

TEST_CASE("a silent session is reported, and again as long as it is silent", "[media]") {
    PhoneCall call;
    call.world.run(call.world.now + 50s);
    call.a.send(10, rtp(8, 1, 0xaaaa));
    call.world.run(call.world.now + 50s);
    CHECK_FALSE(call.world.saw(Event::What::media_timeout, 0));
    CHECK(call.world.silence(0) == "no packet for 50 s");
    call.world.run(call.world.now + 11s);
    CHECK(call.world.saw(Event::What::media_timeout, 0));
    CHECK(call.world.events.size() == 2);
    call.world.run(call.world.now + 60s);
    CHECK(call.world.events.size() == 3);
}

TEST_CASE("a bundle meets two ports: told apart by mid, by source, by payload type", "[media]") {
    World world;
    Browser browser(world, at("192.0.2.1:4000"), Role::client);
    Phone phone_audio(world, at("192.0.2.2:5000"));
    Phone phone_video(world, at("192.0.2.2:6000"));
    Phone phone_video_rtcp(world, at("192.0.2.2:6001"));
    Plan plan;
    plan.sides[0] = {{webrtc(10, browser)},
                     {audio(0, {pass(8, 8, "pcma/8000")}), video(0, {pass(96, 97, "vp8/90000")})}};
    for (auto n : {0, 1}) {
        plan.sides[0].streams[static_cast<std::size_t>(n)]->mid_extension = 4;
        plan.sides[0].streams[static_cast<std::size_t>(n)]->mid = std::to_string(n);
    }
    plan.sides[0].streams[1]->ssrcs = {0xcccc};
    plan.sides[1] = {{plain(20, 21, phone_audio), plain(30, 31, phone_video)},
                     {audio(0, {pass(8, 8, "pcma/8000")}), video(1, {pass(97, 96, "vp8/90000")})}};
    world.apply(1, plan);
    browser.connect(10, gateway);
    browser.send_rtp(rtp(8, 1, 0xaaaa));
    browser.send_rtp(rtp(96, 1, 0xbbbb));
    browser.send_rtp(rtp(96, 1, 0xcccc));
    Bytes with_mid = rtp(96, 1, 0xdddd);
    with_mid[0] |= 0x10;
    with_mid.insert(with_mid.begin() + 12, {0xbe, 0xde, 0, 1, 0x40, '1', 0, 0});
    browser.send_rtp(with_mid);
    CHECK(phone_audio.got.size() == 1);
    REQUIRE(phone_video.got.size() == 3);
    CHECK(view(phone_video.got[2]).payload_type() == 97);
    phone_video.send(30, rtp(97, 1, 0xeeee));
    REQUIRE(browser.got.size() == 1);
    CHECK(base::as_text(*view(browser.got[0]).element(4)) == "1");
    // A compound about both streams is split.
    Bytes compound;
    wire::rtp::append_sender_report(compound, {.ssrc = 0xaaaa}, {});
    wire::rtp::append_pli(compound, 0xaaaa, 0xeeee);
    const std::size_t before = phone_video_rtcp.got.size();
    browser.send_rtcp(compound);
    REQUIRE(phone_video_rtcp.got.size() == before + 1);
    CHECK(parts(phone_video_rtcp.got.back()).size() == 2);
}
