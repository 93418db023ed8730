// Calls without a transcoder through the engine.
#include <cstdlib>
#include <new>

#include "plans.hpp"
#include "support/catch.hpp"
#include "wire/rtp/rtcp.hpp"

using namespace cord;
using namespace cord::engine::media;
using namespace std::chrono_literals;
using cord::engine::dtls::Role;

namespace {

std::size_t allocations = 0;

} // namespace

void *operator new(std::size_t size) {
    ++allocations;
    if (void *p = std::malloc(size))
        return p;
    throw std::bad_alloc();
}
void *operator new(std::size_t size, const std::nothrow_t &) noexcept {
    ++allocations;
    return std::malloc(size);
}
void operator delete(void *p) noexcept { std::free(p); }
void operator delete(void *p, const std::nothrow_t &) noexcept { std::free(p); }
void operator delete(void *p, std::size_t) noexcept { std::free(p); }

namespace {

/// Two phones: ports 10 and 11 face the first, 20 and 21 the second.
struct PhoneCall {
    World world;
    Phone a{world, at("192.0.2.1:4000")};
    Phone b{world, at("192.0.2.2:5000")};
    Plan plan;

    PhoneCall() {
        plan.sides[0] = {{plain(10, 11, a)},
                         {audio(0, {pass(8, 8, "pcma/8000"), pass(96, 101, "telephone-event/8000")})}};
        plan.sides[1] = {{plain(20, 21, b)},
                         {audio(0, {pass(8, 8, "pcma/8000"), pass(101, 96, "telephone-event/8000")})}};
        world.apply(1, plan);
    }
};

/// A browser at port 10 and a phone at 20 and 21: audio.
struct BrowserCall {
    World world;
    Browser browser;
    Phone phone{world, at("192.0.2.2:5000")};
    Phone phone_rtcp{world, at("192.0.2.2:5001")};
    Plan plan;

    explicit BrowserCall(Role browser_role = Role::client)
        : browser(world, at("192.0.2.1:4000"), browser_role) {
        Role ours = browser_role == Role::client ? Role::server : Role::client;
        plan.sides[0] = {{webrtc(10, browser, ours)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
        plan.sides[1] = {{plain(20, 21, phone)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    }
    void connect() {
        world.apply(1, plan);
        browser.connect(10, gateway);
    }
};

Bytes pli(std::uint32_t sender, std::uint32_t media) {
    Bytes bytes;
    wire::rtp::append_pli(bytes, sender, media);
    return bytes;
}

std::vector<wire::rtp::RtcpPart> parts(const Bytes &bytes) {
    auto compound = wire::rtp::RtcpCompound::parse(bytes);
    REQUIRE(compound);
    return {compound->begin(), compound->end()};
}

std::string silence(World &world, std::uint8_t side) {
    return world.engine.statistics(1, world.now)->sides[side].streams.at(0).silence;
}

} // namespace

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
    auto statistics = call.world.engine.statistics(1, call.world.now);
    CHECK(statistics->sides[0].streams[0].received.packets == 2);
    CHECK(statistics->sides[1].streams[0].sent.packets == 2);
    CHECK(statistics->sides[1].streams[0].received.bytes == rtp(8, 9, 0).size());
    CHECK(statistics->sides[0].streams[0].ssrcs == std::vector<std::uint32_t>{0xaaaa});
    CHECK(statistics->sides[0].streams[0].silence.empty());
    CHECK(statistics->sides[0].streams[0].lost == 0);
    call.a.send(10, rtp(8, 6, 0xaaaa));
    CHECK(call.world.engine.statistics(1, call.world.now)->sides[0].streams[0].lost == 3);
}

TEST_CASE("strangers are dropped and counted", "[media]") {
    PhoneCall call;
    Phone stranger(call.world, at("198.51.100.66:4000"));
    stranger.send(10, rtp(8, 1, 0xdead));
    stranger.send(11, pli(1, 2));
    CHECK(silence(call.world, 0) == "packets come from 198.51.100.66:4000, which was not negotiated");
    call.a.send(10, rtp(8, 1, 0xaaaa));
    Phone other_port(call.world, at("192.0.2.1:4444"));
    other_port.send(10, rtp(8, 1, 0xdead));
    CHECK(call.b.got.size() == 1);
    CHECK(call.world.engine.statistics(1, call.world.now)->sides[0].drops.strangers == 3);
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
    CHECK(silence(call.world, 0) == "packets come with payload type 0, which was not negotiated");
    for (const char *odd : {"", "x", "\x80", "\x05 beyond STUN", "\xff"})
        call.a.send(10, Bytes(odd, odd + std::strlen(odd)));
    CHECK(call.world.engine.statistics(1, call.world.now)->sides[0].drops.malformed == 5);
}

TEST_CASE("a held side is not heard", "[media]") {
    PhoneCall call;
    call.plan.sides[0].streams[0]->receives = false;
    call.world.apply(1, call.plan);
    call.a.send(10, rtp(8, 1, 0xaaaa));
    CHECK(call.b.got.empty());
    CHECK(call.world.engine.statistics(1, call.world.now)->sides[0].drops.held == 1);
    call.plan.sides[0].streams[0]->receives = true;
    call.world.apply(1, call.plan);
    call.a.send(10, rtp(8, 2, 0xaaaa));
    CHECK(call.b.got.size() == 1);
}

TEST_CASE("a browser and a phone hear each other, whoever begins the handshake", "[media]") {
    BrowserCall call(GENERATE(Role::client, Role::server));
    CHECK_FALSE(call.browser.secured());
    call.world.apply(1, call.plan);
    CHECK(silence(call.world, 0) == "no ICE check has come");
    call.connect();
    REQUIRE(call.browser.secured());
    CHECK(call.world.saw(Event::What::ice_connected, 0));
    CHECK(call.world.saw(Event::What::dtls_connected, 0));
    CHECK(silence(call.world, 0) == "no packet has come");
    call.browser.send_rtp(rtp(8, 1, 0xaaaa));
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    REQUIRE(call.phone.got.size() == 1);
    CHECK(call.phone.got[0] == rtp(8, 1, 0xaaaa));
    REQUIRE(call.browser.got.size() == 1);
    CHECK(call.browser.got[0] == rtp(8, 9, 0xbbbb));
    CHECK(call.browser.unreadable == 0);
    CHECK(call.world.engine.statistics(1, call.world.now)->sides[0].streams[0].security == "DTLS-SRTP");
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

TEST_CASE("another certificate than the description's gives no keys", "[media]") {
    BrowserCall call;
    std::get<DtlsPlan>(call.plan.sides[0].transports[0].security).remote = {{"sha-256", "00:11"}};
    call.connect();
    CHECK(call.world.saw(Event::What::dtls_failed, 0));
    CHECK(silence(call.world, 0) == "the DTLS certificate is not the one of the description's fingerprint");
    call.browser.send_rtp(rtp(8, 1, 0xaaaa));
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    CHECK(call.phone.got.empty());
    CHECK(call.browser.got.empty());
    auto statistics = call.world.engine.statistics(1, call.world.now);
    CHECK(statistics->sides[0].drops.too_early == 1);
    CHECK(statistics->sides[1].drops.no_way_out == 1);
}

TEST_CASE("keys wait for a fingerprint that comes with a later answer", "[media]") {
    BrowserCall call;
    auto &remote = std::get<DtlsPlan>(call.plan.sides[0].transports[0].security).remote;
    auto fingerprints = std::exchange(remote, {});
    call.connect();
    CHECK(call.browser.secured());
    CHECK_FALSE(call.world.saw(Event::What::dtls_connected, 0));
    CHECK(silence(call.world, 0) == "the DTLS handshake is done, but the peer's fingerprint is not known");
    remote = fingerprints;
    call.world.apply(1, call.plan);
    CHECK(call.world.saw(Event::What::dtls_connected, 0));
    call.browser.send_rtp(rtp(8, 1, 0xaaaa));
    CHECK(call.phone.got.size() == 1);
}

TEST_CASE("without a good ICE check nothing is heard from a peer", "[media]") {
    BrowserCall call;
    call.world.apply(1, call.plan);
    call.browser.connect(10, {"gate", "guessed"});
    CHECK(call.browser.stun_answers == 0);
    CHECK(silence(call.world, 0) == "ICE checks come with a wrong password (1)");
    Bytes hello{22, 0xfe, 0xff, 0, 0};
    call.world.send(10, call.browser.address, hello);
    call.world.send(10, call.browser.address, rtp(8, 1, 0xaaaa));
    auto drops = call.world.engine.statistics(1, call.world.now)->sides[0].drops;
    CHECK(drops.wrong_ice_password == 1);
    CHECK(drops.strangers == 2);
}

TEST_CASE("consent is lost when checks cease, and comes back with them", "[media]") {
    BrowserCall call;
    call.connect();
    call.world.run(call.world.now + 29s);
    CHECK_FALSE(call.world.saw(Event::What::consent_lost, 0));
    call.world.run(call.world.now + 2s);
    CHECK(call.world.saw(Event::What::consent_lost, 0));
    CHECK(silence(call.world, 0) == "no ICE check for 30 seconds: the peer is gone");
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    CHECK(call.browser.got.empty());
    call.browser.connect(10, gateway);
    CHECK(silence(call.world, 0) == "no packet has come");
}

TEST_CASE("a silent session is reported, and again as long as it is silent", "[media]") {
    PhoneCall call;
    call.world.run(call.world.now + 50s);
    call.a.send(10, rtp(8, 1, 0xaaaa));
    call.world.run(call.world.now + 50s);
    CHECK_FALSE(call.world.saw(Event::What::media_timeout, 0));
    CHECK(silence(call.world, 0) == "no packet for 50 s");
    call.world.run(call.world.now + 11s);
    CHECK(call.world.saw(Event::What::media_timeout, 0));
    CHECK(call.world.events.size() == 2);
    call.world.run(call.world.now + 60s);
    CHECK(call.world.events.size() == 3);
}

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

TEST_CASE("browsers share a port and are told apart by fragment, then by address", "[media]") {
    World world;
    world.engine.share(5);
    Browser one(world, at("192.0.2.1:4000"), Role::client);
    Browser two(world, at("192.0.2.2:4000"), Role::client);
    Phone phone(world, at("192.0.2.9:5000"));
    const engine::ice::Credentials second{"gat2", "another-22-letter-passw"};
    Plan plan;
    plan.sides[0] = {{webrtc(5, one)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    plan.sides[1] = {{plain(20, 21, phone)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    world.apply(1, plan);
    plan.sides[0].transports[0] = webrtc(5, two);
    plan.sides[0].transports[0].ice->local = second;
    plan.sides[1].transports[0].rtp = 30;
    plan.sides[1].transports[0].rtcp = 31;
    world.apply(2, plan);
    one.connect(5, gateway);
    two.connect(5, second);
    REQUIRE(one.secured());
    REQUIRE(two.secured());
    one.send_rtp(rtp(8, 1, 1));
    two.send_rtp(rtp(8, 1, 2));
    CHECK(phone.got.size() == 2);
    CHECK(world.engine.statistics(1, world.now)->sides[0].streams[0].received.packets == 1);
    CHECK(world.engine.statistics(2, world.now)->sides[0].streams[0].received.packets == 1);

    Phone stranger(world, at("198.51.100.66:1"));
    stranger.send(5, wire::stun::Builder(wire::stun::Class::request, wire::stun::binding, {}).take());
    CHECK(stranger.got.size() == 1);
    stranger.send(5, rtp(8, 1, 1));
    CHECK(world.engine.strays() == 2);
    world.engine.remove(1);
    one.send_rtp(rtp(8, 2, 1));
    CHECK(phone.got.size() == 2);
}

TEST_CASE("a browser that calls again from the same port keeps its new call when the old one ends",
          "[media]") {
    World world;
    world.engine.share(5);
    Browser browser(world, at("192.0.2.1:4000"), Role::client);
    Phone phone(world, at("192.0.2.9:5000"));
    const engine::ice::Credentials second{"gat2", "another-22-letter-passw"};
    Plan plan;
    plan.sides[0] = {{webrtc(5, browser)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    plan.sides[1] = {{plain(20, 21, phone)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    world.apply(1, plan);
    browser.connect(5, gateway);
    Browser again(world, browser.address, Role::client);
    Plan other = plan;
    other.sides[0].transports[0] = webrtc(5, again);
    other.sides[0].transports[0].ice->local = second;
    other.sides[1].transports[0].rtp = 30;
    other.sides[1].transports[0].rtcp = 31;
    world.apply(2, other);
    again.connect(5, second);
    REQUIRE(again.secured());
    const auto of_second = [&] {
        return world.engine.statistics(2, world.now)->sides[0].streams[0].received.packets;
    };
    again.send_rtp(rtp(8, 1, 1));
    CHECK(of_second() == 1);
    SECTION("by a new plan for the old call") { world.apply(1, plan); }
    SECTION("by its removal") { world.engine.remove(1); }
    again.send_rtp(rtp(8, 2, 1));
    CHECK(of_second() == 2);
    CHECK(world.engine.strays() == 0);
}

TEST_CASE("a check takes a path back", "[media]") {
    World world;
    world.engine.share(5);
    Browser browser(world, at("192.0.2.1:4000"), Role::client);
    Phone phone(world, at("192.0.2.9:5000"));
    const engine::ice::Credentials second{"gat2", "another-22-letter-passw"};
    Plan plan;
    plan.sides[0] = {{webrtc(5, browser)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    plan.sides[1] = {{plain(20, 21, phone)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    Plan other = plan;
    other.sides[0].transports[0].ice->local = second;
    other.sides[1].transports[0].rtp = 30;
    other.sides[1].transports[0].rtcp = 31;
    world.apply(1, plan);
    world.apply(2, other);
    browser.connect(5, gateway);
    REQUIRE(browser.secured());
    browser.connect(5, second); // the same address checks for another call
    browser.connect(5, gateway);
    browser.send_rtp(rtp(8, 1, 1));
    world.engine.remove(2);
    browser.send_rtp(rtp(8, 2, 1));
    CHECK(phone.got.size() == 2);
    CHECK(world.engine.strays() == 0);
}

TEST_CASE("a phone that says a sequence number twice is counted as such", "[media]") {
    BrowserCall call;
    call.connect();
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    CHECK(call.browser.got.size() == 1);
    const auto drops = call.world.engine.statistics(1, call.world.now)->sides[1].drops;
    CHECK(drops.replayed == 1);
    CHECK(drops.no_way_out == 0);
}

TEST_CASE("a secure peer whose keys are not known hears and says nothing", "[media]") {
    PhoneCall call;
    call.plan.sides[1].transports[0].security = NoKeys{};
    call.world.apply(1, call.plan);
    call.a.send(10, rtp(8, 1, 0xaaaa));
    call.b.send(20, rtp(8, 1, 0xbbbb));
    CHECK(call.a.got.empty());
    CHECK(call.b.got.empty());
    CHECK(silence(call.world, 1) == "the descriptions agree on no SRTP key");
}

TEST_CASE("a phone with SDES is decrypted with its key and gets packets under ours", "[media]") {
    World world;
    Phone phone(world, at("192.0.2.1:4000"));
    Phone other(world, at("192.0.2.2:5000"));
    using namespace engine::srtp;
    const MasterKey ours(Suite::aes_cm_128_hmac_sha1_80, base::as_bytes("our key and salt: thirty bytes"));
    const MasterKey theirs(Suite::aes_cm_128_hmac_sha1_80, base::as_bytes("its key and salt: thirty bytes"));
    Plan plan;
    plan.sides[0] = {{plain(10, 11, phone)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    plan.sides[0].transports[0].security = SdesPlan{ours, theirs};
    plan.sides[1] = {{plain(20, 21, other)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    world.apply(1, plan);
    Bytes sealed = rtp(8, 1, 0xaaaa);
    Packet packet{nullptr, sealed.size()};
    sealed.resize(sealed.size() + max_growth);
    packet.data = sealed.data();
    REQUIRE(Context(theirs, Direction::outbound).protect_rtp(packet) == Fault::none);
    sealed.resize(packet.size);
    Bytes forged = sealed;
    forged.back() ^= 1;
    phone.send(10, forged);
    CHECK(silence(world, 0) == "SRTP packets do not authenticate (1)");
    phone.send(10, sealed);
    REQUIRE(other.got.size() == 1);
    CHECK(other.got[0] == rtp(8, 1, 0xaaaa));
    world.apply(1, plan); // the same keys: the context stays
    phone.send(10, sealed);
    CHECK(world.engine.statistics(1, world.now)->sides[0].drops.replayed == 1);
    other.send(20, rtp(8, 5, 0xbbbb));
    REQUIRE(phone.got.size() == 1);
    Packet answer{phone.got[0].data(), phone.got[0].size()};
    CHECK(Context(ours, Direction::inbound).unprotect_rtp(answer) == Fault::none);
}

TEST_CASE("forwarding a packet allocates nothing", "[media]") {
    BrowserCall call;
    call.plan.sides[0].streams[0]->mid = "0";
    call.plan.sides[0].streams[0]->mid_extension = 4;
    call.connect();
    call.phone.send(20, rtp(8, 1, 0xbbbb));
    const Bytes packet = rtp(8, 2, 0xbbbb);
    Bytes room(head_room + packet.size() + tail_room);
    Engine &engine = call.world.engine;
    const base::Endpoint phone = call.phone.address;
    for (std::uint16_t sequence = 2; sequence < 100; ++sequence) {
        std::copy(packet.begin(), packet.end(), room.begin() + head_room);
        base::store16(&room[head_room + 2], sequence);
        const std::size_t before = allocations;
        engine.receive(20, phone, {&room[head_room], packet.size()}, call.world.now);
        const bool sent = engine.outbox().sends.size() == 1;
        engine.outbox().clear();
        const std::size_t after = allocations;
        REQUIRE(sent);
        REQUIRE(after == before);
    }
}
