#include "io/media/relay.hpp"

#include <array>
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
          deadline(l, [this] { on_deadline(); }), watch(l, ports.readiness_fd()), gathering(l) {}

    void wait();
    void on_readable();
    void gather();
    bool read();
    void act();
    void transcoded(TranscodeId id, base::MutableBytes rtp);
    CodecPool &workers();
    void on_deadline() {
        engine.on_deadline(net::now().mono);
        act();
    }

    net::Loop &loop;
    RelayOptions options;
    OnEvent on_event;
    engine::media::Engine engine;
    Ports ports;
    net::Deadline deadline;
    net::Watch watch;
    net::Timer gathering;
    base::Time last_wake{};
    Inbox inbox;
    Sender sender;
    std::vector<PortId> ready;
    Recorder recorder;
    std::unique_ptr<CodecPool> pool;                // started with the first stream that needs it
    std::array<std::vector<std::uint8_t>, 32> made; // what workers made, until it is sent
    std::size_t made_count = 0;
    RelayCounters counters;
};

Relay::Relay(net::Loop &loop, engine::dtls::HandshakerFactory &handshakers, base::Random &random,
             RelayOptions options, OnEvent on_event)
    : parts_(std::make_unique<Parts>(loop, handshakers, random, std::move(options), std::move(on_event))) {
    parts_->wait();
}
Relay::~Relay() = default;

base::Result<PortPair, std::string> Relay::bind_pair(const base::IpAddress &address) {
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

void Relay::open_recording(RecordingId recording, const std::string &path) {
    parts_->recorder.open(recording, path);
}

void Relay::close_recording(RecordingId recording, bool discard) {
    parts_->recorder.close(recording, discard);
}

void Relay::set_recording(SessionId session, RecordingId recording) {
    parts_->engine.set_recording(session, recording);
}

void Relay::set_barrier(SessionId session, std::uint8_t side, const engine::media::Barrier &barrier) {
    parts_->engine.set_barrier(session, side, barrier);
    parts_->act();
}

void Relay::press(SessionId session, std::uint8_t side, const std::vector<engine::media::Key> &keys) {
    parts_->engine.press(session, side, keys, net::now().mono);
    parts_->act();
}

void Relay::request_key_frames(SessionId session, std::uint8_t side) {
    parts_->engine.request_key_frames(session, side);
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
    watch.when_readable([this] { on_readable(); });
}

/// A wake-up costs as much as a packet or two. One that follows another within the time that packets may
/// gather shows load: from then on they gather, until none come.
void Relay::Parts::on_readable() {
    const base::Time before = std::exchange(last_wake, net::now().mono);
    read();
    if (last_wake - before < options.coalesce)
        gather();
    else
        wait();
}

void Relay::Parts::gather() {
    gathering.after(options.coalesce, [this] {
        constexpr int most_rounds = 16; // others of the loop shall have their turn
        int rounds = 0;
        while (rounds < most_rounds && read())
            ++rounds;
        if (rounds == 0 || rounds == most_rounds)
            wait();
        else
            gather();
    });
}

/// Once round the sockets that have something; false when none has.
bool Relay::Parts::read() {
    const base::Time now = net::now().mono;
    ports.ready(ready);
    for (const Inbox::Item &item : inbox.read(ports, ready)) {
        ++counters.received;
        engine.receive(item.port, item.from, item.datagram, now);
    }
    act();
    return !ready.empty();
}

/// Acts on what the engine wants done: what came in one round leaves together.
void Relay::Parts::act() {
    Outbox &out = engine.outbox();
    counters.sent += out.sends.size();
    counters.not_sent += sender.send(ports, out.sends);
    for (const auto &packet : out.overheard)
        recorder.write(packet.recording, packet.from, ports.local(packet.port), packet.bytes);
    for (TranscodeId id : out.closed)
        workers().close(id);
    for (const auto &transcoder : out.opened)
        workers().open(transcoder);
    for (const auto &packet : out.transcodes)
        workers().packet(packet.id, packet.bytes);
    if (pool)
        pool->flush();
    // Listeners may call back in, so the box is empty by then.
    std::vector<Event> events = std::exchange(out.events, {});
    out.clear();
    made_count = 0;
    deadline.set(engine.deadline());
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
    if (made_count == made.size())
        act();
    std::vector<std::uint8_t> &room = made[made_count++];
    room.resize(head_room + rtp.size() + engine::media::tail_room);
    std::memcpy(room.data() + head_room, rtp.data(), rtp.size());
    engine.transcoded(id, {room.data() + head_room, rtp.size()});
}

} // namespace cord::io::media
