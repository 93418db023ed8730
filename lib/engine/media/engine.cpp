#include "engine/media/engine.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/limits.hpp"
#include "engine/media/session.hpp"

namespace cord::engine::media {
namespace {

/// Whose a packet is: the session, and by which transport of which side it came.
struct SessionSide {
    Session *session = nullptr;
    SessionId id = 0;
    std::uint8_t side = 0;
    std::size_t transport = 0;
};

/// An address as it is seen on one of several shared ports.
struct SharedPath {
    PortId port = 0;
    base::Endpoint remote;
    bool operator==(const SharedPath &) const = default;
};

struct SharedPathHash {
    std::size_t operator()(const SharedPath &p) const noexcept {
        return base::EndpointHash{}(p.remote) ^ p.port;
    }
};

} // namespace

class Engine::Sessions {
  public:
    Sessions(dtls::HandshakerFactory &handshakers, base::Random &random, Timeouts timeouts)
        : handshakers_(handshakers), random_(random), timeouts_(timeouts) {}

    void apply(SessionId id, const Plan &plan, base::Time now) {
        Entry &entry = entries_[id];
        if (!entry.session)
            entry.session = std::make_unique<Session>(id, random_.u32(), timeouts_);
        forget_routes(entry);
        entry.session->apply(plan, handshakers_, next_transcoder_, now, out);
        enter_routes(id, entry, plan);
        enter_transcoders(id, *entry.session);
        arm(id, entry);
    }

    void remove(SessionId id) {
        auto found = entries_.find(id);
        if (found == entries_.end())
            return;
        found->second.session->close(out);
        forget_routes(found->second);
        forget_closed_transcoders();
        timers_.erase({found->second.armed, id});
        entries_.erase(found);
    }

    void share(PortId port) { port_at(port).shared = true; }

    void receive(PortId port, const base::Endpoint &from, Datagram datagram, base::Time now) {
        const bool shared = port < ports_.size() && ports_[port].shared;
        const Arrival arrival{port, from, content_of(datagram.bytes())};
        SessionSide at = shared                 ? find_shared(arrival, datagram.bytes())
                         : port < ports_.size() ? ports_[port].serves
                                                : SessionSide{};
        if (at.session == nullptr)
            return receive_stray(port, from, datagram, shared);
        at.session->receive(at.side, at.transport, arrival, datagram, now, out);
        if (arrival.content == Content::rtp || arrival.content == Content::rtcp)
            return; // these move no deadline
        if (shared)
            learn_shared(at, port);
        arm(at.id, entries_.at(at.id));
    }

    void transcoded(TranscodeId id, Datagram rtp) {
        if (auto found = transcoders_.find(id); found != transcoders_.end())
            found->second.session->transcoded(found->second.side, id, rtp, out);
    }

    void set_recording(SessionId id, RecordingId recording) {
        if (auto found = entries_.find(id); found != entries_.end())
            found->second.session->set_recording(recording);
    }

    void set_barrier(SessionId id, std::uint8_t side, const Barrier &barrier) {
        if (auto found = entries_.find(id); found != entries_.end())
            found->second.session->set_barrier(side, barrier, out);
    }

    void press(SessionId id, std::uint8_t side, const std::vector<Key> &keys, base::Time now) {
        auto found = entries_.find(id);
        if (found == entries_.end())
            return;
        for (const Key &key : keys)
            found->second.session->press(side, key, now);
        arm(id, found->second);
    }

    void request_key_frames(SessionId id, std::uint8_t side) {
        if (auto found = entries_.find(id); found != entries_.end())
            found->second.session->request_key_frames(side, out);
    }

    [[nodiscard]] base::Time deadline() const {
        return timers_.empty() ? base::never : timers_.begin()->first;
    }

    void on_deadline(base::Time now) {
        while (!timers_.empty() && timers_.begin()->first <= now) {
            const SessionId id = timers_.begin()->second;
            Entry &entry = entries_.at(id);
            entry.session->on_deadline(now, out);
            arm(id, entry);
            if (entry.armed <= now) // never spin on one that stays due
                return;
        }
    }

    [[nodiscard]] std::optional<SessionStatistics> statistics(SessionId id, base::Time now) const {
        auto found = entries_.find(id);
        return found == entries_.end() ? std::nullopt : std::optional(found->second.session->statistics(now));
    }

    Outbox out;
    std::uint64_t strays = 0;

  private:
    struct Entry {
        std::unique_ptr<Session> session;
        std::vector<PortId> ports;
        std::vector<std::string> ufrags;
        std::vector<std::pair<SharedPath, SessionSide>> paths;
        base::Time armed = base::never;
    };
    struct Port {
        bool shared = false;
        SessionSide serves;
    };

    Port &port_at(PortId port) {
        if (port >= ports_.size())
            ports_.resize(port + 1);
        return ports_[port];
    }

    void forget_routes(Entry &entry) {
        for (PortId port : entry.ports)
            ports_[port].serves = {};
        for (const std::string &ufrag : entry.ufrags)
            by_ufrag_.erase(ufrag);
        for (const auto &[path, at] : entry.paths)
            forget_path(path, at.id);
        entry.ports.clear();
        entry.ufrags.clear();
    }

    /// Another session may have taken the path over: a browser that calls again from the same port.
    void forget_path(const SharedPath &path, SessionId owner) {
        if (auto found = by_path_.find(path); found != by_path_.end() && found->second.id == owner)
            by_path_.erase(found);
    }

    void enter_routes(SessionId id, Entry &entry, const Plan &plan) {
        for (std::uint8_t side = 0; side < 2; ++side)
            for (std::size_t t = 0; t < plan.sides[side].transports.size(); ++t) {
                const TransportPlan &transport = plan.sides[side].transports[t];
                const SessionSide at{entry.session.get(), id, side, t};
                enter_port(entry, transport.rtp, at);
                if (transport.rtcp)
                    enter_port(entry, *transport.rtcp, at);
                if (port_at(transport.rtp).shared && transport.ice) {
                    by_ufrag_[transport.ice->local.ufrag] = at;
                    entry.ufrags.push_back(transport.ice->local.ufrag);
                }
            }
        // Paths stay known through a new plan: the session checks them itself.
        for (const auto &[path, at] : entry.paths)
            if (at.transport < plan.sides[at.side].transports.size())
                by_path_.try_emplace(path, at);
    }

    void enter_port(Entry &entry, PortId port, const SessionSide &at) {
        if (port_at(port).shared)
            return;
        ports_[port].serves = at;
        entry.ports.push_back(port);
    }

    void enter_transcoders(SessionId id, Session &session) {
        forget_closed_transcoders();
        for (std::uint8_t side = 0; side < 2; ++side)
            for (const std::optional<Stream> &stream : session.side(side).streams)
                if (stream && stream->payloads.transcoder() != 0)
                    transcoders_[stream->payloads.transcoder()] = {&session, id, side, 0};
    }

    void forget_closed_transcoders() {
        for (TranscodeId id : out.closed)
            transcoders_.erase(id);
    }

    [[nodiscard]] SessionSide find_shared(const Arrival &arrival, base::Bytes datagram) const {
        if (arrival.content == Content::stun)
            if (auto ufrag = ice::local_ufrag_of(datagram); !ufrag.empty()) {
                auto found = by_ufrag_.find(std::string(ufrag));
                return found == by_ufrag_.end() ? SessionSide{} : found->second;
            }
        auto found = by_path_.find({arrival.port, arrival.from});
        return found == by_path_.end() ? SessionSide{} : found->second;
    }

    void learn_shared(const SessionSide &at, PortId port) {
        auto remote = at.session->side(at.side).transports[at.transport].take_valid_remote();
        if (!remote)
            return;
        const SharedPath path{port, *remote};
        by_path_[path] = at; // of whoever has proved last to be there
        auto &paths = entries_.at(at.id).paths;
        if (std::ranges::find(paths, path, &std::pair<SharedPath, SessionSide>::first) != paths.end())
            return;
        // As many as one ICE agent remembers, and some for those it has let go.
        if (paths.size() == 2 * base::limits::ice_paths) {
            forget_path(paths.front().first, at.id);
            paths.erase(paths.begin());
        }
        paths.emplace_back(path, at);
    }

    void receive_stray(PortId port, const base::Endpoint &from, const Datagram &datagram, bool shared) {
        ++strays;
        if (!shared)
            return;
        if (auto answer = ice::answer_stranger(datagram.bytes(), from))
            out.sends.push_back({port, from, out.keep(std::move(*answer))});
    }

    void arm(SessionId id, Entry &entry) {
        const base::Time due = entry.session->deadline();
        if (due == entry.armed)
            return;
        timers_.erase({entry.armed, id});
        if (due != base::never)
            timers_.insert({due, id});
        entry.armed = due;
    }

    dtls::HandshakerFactory &handshakers_;
    base::Random &random_;
    Timeouts timeouts_;
    std::unordered_map<SessionId, Entry> entries_;
    std::vector<Port> ports_;
    std::unordered_map<std::string, SessionSide> by_ufrag_;
    std::unordered_map<SharedPath, SessionSide, SharedPathHash> by_path_;
    std::unordered_map<TranscodeId, SessionSide> transcoders_;
    std::set<std::pair<base::Time, SessionId>> timers_;
    TranscodeId next_transcoder_ = 1;
};

Engine::Engine(dtls::HandshakerFactory &handshakers, base::Random &random, Timeouts timeouts)
    : sessions_(std::make_unique<Sessions>(handshakers, random, timeouts)) {}
Engine::~Engine() = default;

void Engine::apply(SessionId session, const Plan &plan, base::Time now) {
    sessions_->apply(session, plan, now);
}
void Engine::remove(SessionId session) { sessions_->remove(session); }
void Engine::share(PortId port) { sessions_->share(port); }
void Engine::receive(PortId port, const base::Endpoint &from, Datagram datagram, base::Time now) {
    sessions_->receive(port, from, datagram, now);
}
void Engine::transcoded(TranscodeId id, Datagram rtp) { sessions_->transcoded(id, rtp); }
void Engine::set_recording(SessionId session, RecordingId recording) {
    sessions_->set_recording(session, recording);
}
void Engine::set_barrier(SessionId session, std::uint8_t side, const Barrier &barrier) {
    sessions_->set_barrier(session, side, barrier);
}
void Engine::press(SessionId session, std::uint8_t side, const std::vector<Key> &keys, base::Time now) {
    sessions_->press(session, side, keys, now);
}
void Engine::request_key_frames(SessionId session, std::uint8_t side) {
    sessions_->request_key_frames(session, side);
}
base::Time Engine::deadline() const { return sessions_->deadline(); }
void Engine::on_deadline(base::Time now) { sessions_->on_deadline(now); }
Outbox &Engine::outbox() { return sessions_->out; }
std::optional<SessionStatistics> Engine::statistics(SessionId session, base::Time now) const {
    return sessions_->statistics(session, now);
}
std::uint64_t Engine::strays() const { return sessions_->strays; }

} // namespace cord::engine::media
