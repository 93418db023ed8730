// Keys and consent: who is heard, and what becomes of packets that do not fit.
#include "base/random.hpp"
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::media;
using namespace std::chrono_literals;

TEST_CASE("another certificate than the description's gives no keys", "[media]") {
    BrowserCall call;
    std::get<DtlsPlan>(call.plan.sides[0].transports[0].security).remote = {{"sha-256", "00:11"}};
    call.connect();
    CHECK(call.world.saw(Event::What::dtls_failed, 0));
    CHECK(call.world.silence(0) == "the DTLS certificate is not the one of the description's fingerprint");
    call.browser.send_rtp(rtp(8, 1, 0xaaaa));
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    CHECK(call.phone.got.empty());
    CHECK(call.browser.got.empty());
    CHECK(call.world.side(0).drops.too_early == 1);
    CHECK(call.world.side(1).drops.no_way_out == 1);
}

TEST_CASE("keys wait for a fingerprint that comes with a later answer", "[media]") {
    BrowserCall call;
    auto &remote = std::get<DtlsPlan>(call.plan.sides[0].transports[0].security).remote;
    auto fingerprints = std::exchange(remote, {});
    call.connect();
    CHECK(call.browser.secured());
    CHECK_FALSE(call.world.saw(Event::What::dtls_connected, 0));
    CHECK(call.world.silence(0) == "the DTLS handshake is done, but the peer's fingerprint is not known");
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
    CHECK(call.world.silence(0) == "ICE checks come with a wrong password (1)");
    Bytes hello{22, 0xfe, 0xff, 0, 0};
    call.world.send(10, call.browser.address, hello);
    call.world.send(10, call.browser.address, rtp(8, 1, 0xaaaa));
    auto drops = call.world.side(0).drops;
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
    CHECK(call.world.silence(0) == "no ICE check for 30 seconds: the peer is gone");
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    CHECK(call.browser.got.empty());
    call.browser.connect(10, gateway);
    CHECK(call.world.silence(0) == "no packet has come");
}

TEST_CASE("a phone that says a sequence number twice is counted as such", "[media]") {
    BrowserCall call;
    call.connect();
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    CHECK(call.browser.got.size() == 1);
    const auto drops = call.world.side(1).drops;
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
    CHECK(call.world.silence(1) == "the descriptions agree on no SRTP key");
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
    CHECK(world.silence(0) == "SRTP packets do not authenticate (1)");
    phone.send(10, sealed);
    REQUIRE(other.got.size() == 1);
    CHECK(other.got[0] == rtp(8, 1, 0xaaaa));
    world.apply(1, plan); // the same keys: the context stays
    phone.send(10, sealed);
    CHECK(world.side(0).drops.replayed == 1);
    other.send(20, rtp(8, 5, 0xbbbb));
    REQUIRE(phone.got.size() == 1);
    Packet answer{phone.got[0].data(), phone.got[0].size()};
    CHECK(Context(ours, Direction::inbound).unprotect_rtp(answer) == Fault::none);
}

TEST_CASE("DTLS garbage disturbs no handshake and no call", "[media]") {
    BrowserCall call;
    Phone stranger(call.world, at("198.51.100.66:1"));
    base::SeededRandom random{11};
    auto throw_garbage = [&](Phone &from) {
        for (std::size_t size : {2, 13, 14, 60, 1200}) {
            Bytes bytes(size);
            random.fill(bytes);
            bytes[0] = static_cast<std::uint8_t>(20 + random.u32() % 44);
            from.send(10, bytes);
        }
    };
    call.world.apply(1, call.plan);
    throw_garbage(stranger);
    CHECK(call.world.side(0).drops.strangers == 5); // before a good check nobody shakes hands
    call.connect();
    REQUIRE(call.browser.secured());
    throw_garbage(stranger);
    CHECK(call.world.side(0).drops.strangers == 10);
    CHECK(stranger.got.empty());
    // Records that the browser's own address seems to send do not authenticate (RFC 6347 section 4.1.2.7:
    // "the implementation SHOULD silently discard" them).
    for (std::size_t size : {2, 13, 60, 1200}) {
        Bytes bytes(size, 0x17);
        bytes[1] = 0xfe;
        call.world.send(10, call.browser.address, bytes);
    }
    call.browser.send_rtp(rtp(8, 1, 0xaaaa));
    call.phone.send(20, rtp(8, 9, 0xbbbb));
    CHECK(call.phone.got.size() == 1);
    CHECK(call.browser.got.size() == 1);
    CHECK_FALSE(call.world.saw(Event::What::dtls_failed, 0));
}
