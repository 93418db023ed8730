#include "peers.hpp"

#include <algorithm>

#include "support/catch.hpp"

namespace cord::engine::media {
namespace {

crypto::Certificate certificate() {
    const std::vector<std::string> names{"test.example"};
    return *crypto::Certificate::self_signed(names, base::UnixTime(std::chrono::seconds(1'795'416'131)));
}

/// A copy with room at both ends.
struct Room {
    explicit Room(const Bytes &bytes) : buffer(head_room + bytes.size() + tail_room) {
        std::copy(bytes.begin(), bytes.end(), buffer.begin() + head_room);
    }
    [[nodiscard]] Datagram datagram() {
        return {buffer.data() + head_room, buffer.size() - head_room - tail_room};
    }
    Bytes buffer;
};

} // namespace

crypto::SystemRandom World::random_;
dtls::OpenSslFactory World::factory_(certificate());

base::Endpoint at(const char *text) { return *base::Endpoint::parse(text); }

Bytes rtp(std::uint8_t payload_type, std::uint16_t sequence, std::uint32_t ssrc, std::string_view payload,
          std::uint32_t timestamp) {
    Bytes bytes;
    wire::rtp::append_header(bytes, {payload_type, false, sequence, timestamp, ssrc});
    base::ByteWriter(bytes).text(payload);
    return bytes;
}

wire::rtp::Packet view(const Bytes &packet) {
    auto parsed = wire::rtp::Packet::parse(packet);
    REQUIRE(parsed);
    return *parsed;
}

World::World() : engine(factory_, random_) {}

void World::attach(const base::Endpoint &address, std::function<void(PortId, Bytes)> receiver) {
    peers_[address] = std::move(receiver);
}

void World::send(PortId port, const base::Endpoint &from, const Bytes &bytes) {
    flying_.push_back({port, from, bytes, true});
    arrive();
}

void World::apply(SessionId session, const Plan &plan) {
    engine.apply(session, plan, now);
    drain();
    arrive();
}

void World::transcoded(TranscodeId id, const Bytes &bytes) {
    Room room(bytes);
    engine.transcoded(id, room.datagram());
    drain();
    arrive();
}

void World::press(std::uint8_t side, std::string_view digits, Key key) {
    std::vector<Key> keys;
    for (char digit : digits) {
        key.event = *wire::rtp::event_of(digit);
        keys.push_back(key);
    }
    engine.press(1, side, keys, now);
    drain();
}

void World::request_key_frames(std::uint8_t side) {
    engine.request_key_frames(1, side);
    drain();
    arrive();
}

void World::run(base::Time until) {
    while (engine.deadline() <= until) {
        now = std::max(now, engine.deadline());
        engine.on_deadline(now);
        drain();
        arrive();
    }
    now = until;
}

bool World::saw(Event::What what, std::uint8_t side) const {
    return std::any_of(events.begin(), events.end(),
                       [&](const Event &e) { return e.what == what && e.side == side; });
}

void World::arrive() {
    if (std::exchange(busy_, true))
        return; // a peer that answers at once: the outer call goes on
    while (!flying_.empty()) {
        Flying f = std::move(flying_.front());
        flying_.pop_front();
        if (f.to_engine) {
            Room room(f.bytes);
            engine.receive(f.port, f.peer, room.datagram(), now);
            drain();
        } else if (auto peer = peers_.find(f.peer); peer != peers_.end()) {
            peer->second(f.port, std::move(f.bytes));
        } else {
            ++lost;
        }
    }
    busy_ = false;
}

void World::drain() {
    Outbox &out = engine.outbox();
    for (const Send &s : out.sends)
        flying_.push_back({s.port, s.remote, Bytes(s.bytes.begin(), s.bytes.end()), false});
    for (const Transcode &t : out.transcodes)
        transcodes.emplace_back(t.id, Bytes(t.bytes.begin(), t.bytes.end()));
    opened.insert(opened.end(), out.opened.begin(), out.opened.end());
    closed.insert(closed.end(), out.closed.begin(), out.closed.end());
    for (const Overheard &o : out.overheard)
        overheard.emplace_back(o, Bytes(o.bytes.begin(), o.bytes.end()));
    events.insert(events.end(), out.events.begin(), out.events.end());
    out.clear();
}

Phone::Phone(World &world, base::Endpoint where) : address(where), world_(world) {
    world.attach(address, [this](PortId, Bytes bytes) { got.push_back(std::move(bytes)); });
}

Browser::Browser(World &world, base::Endpoint where, dtls::Role role)
    : address(where), world_(world), factory_(certificate()), dtls_(factory_.make(role)) {
    world.attach(address, [this](PortId port, Bytes bytes) { receive(port, std::move(bytes)); });
}

void Browser::connect(PortId port, const ice::Credentials &gateway) {
    port_ = port;
    using wire::stun::Attribute;
    wire::stun::Builder check(wire::stun::Class::request, wire::stun::binding, {9});
    check.text(Attribute::username, gateway.ufrag + ":" + ufrag)
        .number64(Attribute::ice_controlling, 1)
        .number32(Attribute::priority, 100)
        .flag(Attribute::use_candidate)
        .integrity(base::as_bytes(gateway.password))
        .fingerprint();
    world_.send(port, address, check.take());
}

void Browser::receive(PortId port, Bytes bytes) {
    CHECK(port == port_);
    switch (content_of(bytes)) {
    case Content::stun:
        if (++stun_answers == 1)
            dtls_->start(world_.now);
        drain_dtls();
        break;
    case Content::dtls:
        dtls_->receive(bytes, world_.now);
        drain_dtls();
        break;
    case Content::rtp:
    case Content::rtcp: open(std::move(bytes)); break;
    case Content::other: FAIL("the engine sent something odd");
    }
}

void Browser::open(Bytes bytes) {
    srtp::Packet packet{bytes.data(), bytes.size()};
    auto fault = !inbound_                           ? srtp::Fault::forged
                 : content_of(bytes) == Content::rtp ? inbound_->unprotect_rtp(packet)
                                                     : inbound_->unprotect_rtcp(packet);
    if (fault != srtp::Fault::none) {
        ++unreadable;
        return;
    }
    bytes.resize(packet.size);
    got.push_back(std::move(bytes));
}

void Browser::drain_dtls() {
    for (const auto &datagram : dtls_->take_datagrams())
        world_.send(port_, address, datagram);
    auto keys = dtls_->keys();
    if (!keys || outbound_)
        return;
    outbound_.emplace(keys->outbound, srtp::Direction::outbound);
    inbound_.emplace(keys->inbound, srtp::Direction::inbound);
}

void Browser::send(Bytes bytes, srtp::Fault (srtp::Context::*protect)(srtp::Packet &)) {
    REQUIRE(outbound_);
    srtp::Packet packet{bytes.data(), bytes.size()};
    bytes.resize(bytes.size() + srtp::max_growth);
    packet.data = bytes.data();
    REQUIRE(((*outbound_).*protect)(packet) == srtp::Fault::none);
    bytes.resize(packet.size);
    world_.send(port_, address, bytes);
}

} // namespace cord::engine::media
