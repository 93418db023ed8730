// A browser and a phone talk through the media engine over a network that loses, doubles, delays and
// reorders.
#include <set>

#include "engine/media/engine.hpp"
#include "engine/srtp/context.hpp"
#include "sim/fake_handshaker.hpp"
#include "sim/network.hpp"
#include "support/catch.hpp"
#include "wire/rtp/packet.hpp"
#include "wire/stun/message.hpp"

using namespace cord;
using namespace cord::engine::media;
using namespace std::chrono_literals;
using engine::dtls::Role;
using sim::FakeHandshaker;

namespace {

using Buffer = std::vector<std::uint8_t>;

const base::Endpoint breaker_web{{{192, 0, 2, 1}}, 30'000};
const base::Endpoint breaker_phone{{{192, 0, 2, 1}}, 30'002};
const base::Endpoint browser_address{{{192, 0, 2, 7}}, 4000};
const base::Endpoint phone_address{{{192, 0, 2, 8}}, 5000};
const engine::ice::Credentials gateway{"gate", "password-of-22-letters"};
constexpr base::Duration frame = 20ms;
constexpr std::size_t frames = 250;

/// A packet whose payload tells its number.
Buffer make_rtp(std::uint16_t number, std::uint32_t ssrc) {
    Buffer bytes;
    wire::rtp::append_header(bytes, {8, false, number, 160U * number, ssrc});
    base::ByteWriter(bytes).u16(number);
    return bytes;
}

/// What arrived at an end: each packet whole, its numbers those of its payload.
struct Arrivals {
    std::multiset<std::uint16_t> numbers;
    bool intact = true;

    void note(base::Bytes bytes, std::uint32_t ssrc) {
        auto packet = wire::rtp::Packet::parse(bytes);
        intact &= packet && packet->ssrc() == ssrc && packet->payload().size() == 2 &&
                  base::load16(packet->payload().data()) == packet->sequence();
        if (packet)
            numbers.insert(packet->sequence());
    }
    [[nodiscard]] std::size_t different() const { return std::set(numbers.begin(), numbers.end()).size(); }
};

/// A full ICE agent, as far as its checks go.
struct Browser {
    explicit Browser(Role role) : handshaker(role) {}

    [[nodiscard]] Buffer check() const {
        using wire::stun::Attribute;
        wire::stun::Builder b(wire::stun::Class::request, wire::stun::binding, {1});
        b.text(Attribute::username, gateway.ufrag + ":brow")
            .number64(Attribute::ice_controlling, 1)
            .number32(Attribute::priority, 1)
            .flag(Attribute::use_candidate);
        return b.integrity(base::as_bytes(gateway.password)).fingerprint().take();
    }

    void receive(Buffer bytes, base::Time now) {
        switch (content_of(bytes)) {
        case Content::stun:
            if (!std::exchange(checked, true))
                handshaker.start(now);
            break;
        case Content::dtls: handshaker.receive(bytes, now); break;
        default: open(std::move(bytes)); break;
        }
        auto keys = handshaker.keys();
        if (!keys || outbound)
            return;
        outbound.emplace(keys->outbound, engine::srtp::Direction::outbound);
        inbound.emplace(keys->inbound, engine::srtp::Direction::inbound);
    }

    void open(Buffer bytes) {
        engine::srtp::Packet packet{bytes.data(), bytes.size()};
        if (inbound && inbound->unprotect_rtp(packet) == engine::srtp::Fault::none)
            arrivals.note(packet.bytes(), 0xbbbb);
    }

    Buffer sealed(Buffer bytes) {
        engine::srtp::Packet packet{nullptr, bytes.size()};
        bytes.resize(bytes.size() + engine::srtp::max_growth);
        packet.data = bytes.data();
        CORD_ASSERT(outbound->protect_rtp(packet) == engine::srtp::Fault::none);
        bytes.resize(packet.size);
        return bytes;
    }

    FakeHandshaker handshaker;
    bool checked = false;
    std::optional<engine::srtp::Context> outbound;
    std::optional<engine::srtp::Context> inbound;
    Arrivals arrivals;
};

class Call {
  public:
    Call(std::uint64_t seed, Role role)
        : browser(role), random_(seed), network_(random_, {}), engine_(handshakers_, random_) {
        engine_.apply(1, plan(role), now_);
        act();
    }

    /// Until the browser has sent all its frames.
    void run() {
        std::size_t from_browser = 0;
        std::uint16_t from_phone = 0;
        base::Time next_frame = now_;
        while (from_browser < frames) {
            now_ = std::min({next_frame, network_.next(), engine_.deadline(), browser.handshaker.deadline()});
            if (now_ > start + 60s)
                FAIL("the call did not connect within a minute");
            while (network_.next() <= now_)
                arrive(network_.pop());
            engine_.on_deadline(now_);
            act();
            browser.handshaker.on_deadline(now_);
            if (now_ >= next_frame) {
                next_frame += frame;
                send(phone_address, breaker_phone, make_rtp(from_phone++, 0xbbbb));
                if (from_phone % 8 ==
                    1) // checks come often until one is answered; later they keep consent alive
                    send(browser_address, breaker_web, browser.check());
                if (browser.outbound)
                    send(browser_address, breaker_web,
                         browser.sealed(make_rtp(static_cast<std::uint16_t>(from_browser++), 0xaaaa)));
            }
            for (auto &datagram : browser.handshaker.take_datagrams())
                send(browser_address, breaker_web, datagram);
        }
    }

    Arrivals phone;
    Browser browser;
    std::vector<Event> events;

  private:
    static constexpr base::Time start{1h};

    static Plan plan(Role browser_role) {
        StreamEnd audio;
        const Codec pcma = *wire::rtp::CodecSpec::parse("pcma/8000");
        audio.incoming = {{.from = 8, .to = 8, .from_codec = pcma, .to_codec = pcma}};
        TransportPlan web;
        web.rtp = 1;
        web.ice = IcePlan{gateway, "brow"};
        web.security =
            DtlsPlan{browser_role == Role::client ? Role::server : Role::client, {{"sha-256", "FA:CE"}}, 0};
        TransportPlan plain;
        plain.rtp = 2;
        plain.remote_rtp = phone_address;
        Plan p;
        p.sides[0] = {{web}, {audio}};
        p.sides[1] = {{plain}, {audio}};
        return p;
    }

    void send(const base::Endpoint &from, const base::Endpoint &to, base::Bytes bytes) {
        network_.send({from, to, std::string(base::as_text(bytes))}, now_);
    }

    void arrive(const sim::Packet &packet) {
        Buffer bytes(packet.bytes.begin(), packet.bytes.end());
        if (packet.to == browser_address)
            return browser.receive(std::move(bytes), now_);
        if (packet.to == phone_address)
            return phone.note(bytes, 0xaaaa);
        Buffer room(head_room + bytes.size() + tail_room);
        std::copy(bytes.begin(), bytes.end(), room.begin() + head_room);
        engine_.receive(packet.to == breaker_web ? 1 : 2, packet.from,
                        {room.data() + head_room, bytes.size()}, now_);
        act();
    }

    void act() {
        for (const Send &s : engine_.outbox().sends)
            send(s.port == 1 ? breaker_web : breaker_phone, s.remote, s.bytes);
        for (const Event &e : engine_.outbox().events)
            events.push_back(e);
        engine_.outbox().clear();
    }

    base::SeededRandom random_;
    base::Time now_ = start;
    sim::Network network_;
    sim::FakeHandshakers handshakers_;
    Engine engine_;
};

} // namespace

TEST_CASE("five hundred calls on a bad network connect, and what arrives is right", "[sim]") {
    std::size_t least_at_phone = frames;
    bool intact = true;
    bool once = true;
    bool clean = true;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        Call call(seed, seed % 2 == 0 ? Role::client : Role::server);
        call.run();
        least_at_phone = std::min(least_at_phone, call.phone.different());
        intact &= call.phone.intact && call.browser.arrivals.intact;
        // SRTP lets nothing through twice.
        once &= call.browser.arrivals.different() == call.browser.arrivals.numbers.size();
        for (const Event &e : call.events)
            clean &= e.what == Event::What::ice_connected || e.what == Event::What::dtls_connected ||
                     e.what == Event::What::media_started;
    }
    CHECK(intact);
    CHECK(once);
    CHECK(clean);
    // Two hops lose a fifth each: 64 in 100 remain.
    CHECK(least_at_phone > frames / 3);
}
