#include "io/media/relay.hpp"

#include <cstring>

#include "base/log.hpp"
#include "io/media/batch.hpp"
#include "io/media/codec_pool.hpp"
#include "io/net/clock.hpp"

namespace cord::io::media {

using engine::media::Datagram;
using engine::media::Event;
using engine::media::Outbox;
using engine::media::Plan;
using engine::media::SessionId;
using engine::media::SessionStatistics;
using engine::media::TranscodeId;

struct Relay::Parts {
    Parts(net::Loop &l, engine::dtls::HandshakerFactory &handshakers, base::Random &random, RelayOptions o,
          OnEvent e)
        : loop(l), options(std::move(o)), on_event(std::move(e)),
          engine(handshakers, random, options.timeouts), ports(options.first_port, options.last_port, random),
          timer(l), watch(l, ports.readiness_fd()) {}

    void wait();
    void read();
    void act();
    void transcoded(TranscodeId id, base::MutableBytes rtp);
    CodecPool &workers();
    void set_timer();

    net::Loop &loop;
    RelayOptions options;
    OnEvent on_event;
    engine::media::Engine engine;
    Ports ports;
    net::Timer timer;
    net::Watch watch;
    base::Time timer_set = base::never;
    Inbox inbox;
    Sender sender;
    std::vector<PortId> ready;
    std::unique_ptr<CodecPool> pool; // started with the first stream that needs it
    std::vector<std::uint8_t> room;  // for what comes from a worker
    RelayCounters counters;
};

Relay::Relay(net::Loop &loop, engine::dtls::HandshakerFactory &handshakers, base::Random &random,
             RelayOptions options, OnEvent on_event)
    : parts_(std::make_unique<Parts>(loop, handshakers, random, std::move(options), std::move(on_event))) {
    parts_->wait();
}
Relay::~Relay() = default;

base::Result<PortPair> Relay::bind_pair(const base::IpAddress &address) {
    return parts_->ports.bind_pair(address);
}

base::Result<PortId, std::string> Relay::bind_shared(const base::Endpoint &at) {
    auto port = parts_->ports.bind_shared(at);
    if (port)
        parts_->engine.share(*port);
    return port;
}

void Relay::release(PortId port) { parts_->ports.release(port); }

void Relay::apply(SessionId session, const Plan &plan) {
    parts_->engine.apply(session, plan, net::now().mono);
    parts_->act();
}

void Relay::remove(SessionId session) {
    parts_->engine.remove(session);
    parts_->act();
}

std::optional<SessionStatistics> Relay::statistics(SessionId session) const {
    return parts_->engine.statistics(session, net::now().mono);
}

RelayCounters Relay::counters() const {
    RelayCounters all = parts_->counters;
    all.too_long = parts_->inbox.too_long();
    all.strays = parts_->engine.strays();
    all.worker_deaths = parts_->pool ? parts_->pool->deaths() : 0;
    return all;
}

void Relay::Parts::wait() {
    watch.when_readable([this] { read(); });
}

/// Once round all sockets that have something, so that a flood on one leaves the others their turn.
void Relay::Parts::read() {
    const base::Time now = net::now().mono;
    ports.ready(ready);
    for (PortId port : ready) {
        for (const Inbox::Item &item : inbox.read(ports.fd(port))) {
            ++counters.received;
            engine.receive(port, item.from, item.datagram, now);
        }
        act();
    }
    wait();
}

/// Acts on what the engine wants done.
void Relay::Parts::act() {
    Outbox &out = engine.outbox();
    counters.sent += out.sends.size();
    counters.not_sent += sender.send(ports, out.sends);
    for (TranscodeId id : out.closed)
        workers().close(id);
    for (const auto &transcoder : out.opened)
        workers().open(transcoder);
    for (const auto &packet : out.transcodes)
        workers().packet(packet.id, packet.rtp);
    if (pool)
        pool->flush();
    // Listeners may call back in, so the box is empty by then.
    std::vector<Event> events = std::exchange(out.events, {});
    out.clear();
    set_timer();
    for (const Event &event : events)
        on_event(event);
}

CodecPool &Relay::Parts::workers() {
    if (!pool)
        pool = std::make_unique<CodecPool>(
            loop, options.codec_program, options.codec_workers,
            [this](TranscodeId id, base::MutableBytes rtp) { transcoded(id, rtp); }, [this] { act(); });
    return *pool;
}

void Relay::Parts::transcoded(TranscodeId id, base::MutableBytes rtp) {
    using engine::media::head_room;
    room.resize(head_room + rtp.size() + engine::media::tail_room);
    std::memcpy(room.data() + head_room, rtp.data(), rtp.size());
    engine.transcoded(id, {room.data() + head_room, rtp.size()});
    act();
}

void Relay::Parts::set_timer() {
    const base::Time due = engine.deadline();
    if (due == timer_set)
        return;
    timer_set = due;
    timer.at(due, [this] {
        timer_set = base::never;
        engine.on_deadline(net::now().mono);
        act();
    });
}

} // namespace cord::io::media
