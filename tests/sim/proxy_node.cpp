#include "sim/proxy_node.hpp"

#include <algorithm>

#include "engine/digest/authenticator.hpp"

namespace cord::sim {
namespace {

namespace proxy = engine::proxy;
using engine::transaction::Flow;
using engine::transaction::Transport;

proxy::Config config(base::Endpoint address, std::string domain) {
    proxy::Config c;
    c.domains = {std::move(domain)};
    c.bridge = proxy::Bridge::never; // calls here have no session description
    c.keep_calls = true;
    c.secret = "of every process here";
    for (const Transport t : {Transport::udp, Transport::ws}) {
        proxy::Listener listener;
        listener.transport = t;
        listener.local = address;
        c.listeners.push_back(std::move(listener));
    }
    return c;
}

} // namespace

std::string password_of(std::string_view user) { return "secret of " + std::string(user); }

ProxyNode::ProxyNode(base::Endpoint address, std::string domain, base::Random &random)
    : address_(address), random_(random), config_(config(address, std::move(domain))),
      core_(std::make_unique<proxy::Core>(config_, random)) {}

Flow ProxyNode::flow_of(std::uint64_t connection, base::Endpoint remote) const {
    const bool stream = connection != 0;
    return {stream ? Transport::ws : Transport::udp, static_cast<std::uint16_t>(stream ? 1 : 0), connection,
            address_, remote};
}

std::uint64_t ProxyNode::statistic(std::string_view name) const {
    for (const proxy::Statistic &s : core_->statistics())
        if (s.name == name)
            return s.value;
    return 0;
}

void ProxyNode::on_packet(const Packet &packet, base::Now now) {
    if (packet.connection != 0)
        connections_[packet.connection] = packet.from;
    core_->on_message(flow_of(packet.connection, packet.from), base::as_bytes(packet.bytes), now);
    act(now);
}

void ProxyNode::on_closed(std::uint64_t connection, base::Now now) {
    if (const auto known = connections_.extract(connection)) {
        core_->on_flow_closed(flow_of(connection, known.mapped()), now);
        act(now);
    }
}

void ProxyNode::on_timer(base::Now now) {
    if (core_->next_deadline() <= now.mono)
        core_->on_timer(now);
    while (!alarms_.empty() && alarms_.begin()->first <= now.mono) {
        const auto what = std::move(alarms_.begin()->second);
        alarms_.erase(alarms_.begin());
        what(now);
    }
    act(now);
}

base::Time ProxyNode::next_deadline() const {
    return alarms_.empty() ? core_->next_deadline()
                           : std::min(core_->next_deadline(), alarms_.begin()->first);
}

void ProxyNode::later(base::Now now, std::function<void(base::Now)> what) {
    alarms_.emplace(now.mono + std::chrono::milliseconds(1 + random_.below(30)), std::move(what));
}

std::size_t ProxyNode::crash(base::Now now) {
    alarms_.clear();
    packets_.clear();
    connections_.clear();
    core_ = std::make_unique<proxy::Core>(config_, random_);
    std::vector<std::pair<Transport, base::Endpoint>> sockets;
    for (const proxy::Listener &listener : config_.listeners)
        sockets.emplace_back(listener.transport, listener.local);
    std::vector<engine::locate::Binding> bindings;
    for (const auto &[ruid, row] : rows_)
        if (auto binding = engine::locate::from_row(row, sockets); binding && binding->expires > now.unix)
            bindings.push_back(std::move(*binding));
    core_->load(std::move(bindings), now);
    const std::size_t calls = core_->restore(records_, now);
    act(now);
    return calls;
}

void ProxyNode::commit(const std::vector<engine::locate::Change> &changes) {
    for (const engine::locate::Change &change : changes)
        if (change.removed)
            rows_.erase(change.binding.ruid);
        else
            rows_[change.binding.ruid] = engine::locate::to_row(change.binding);
}

void ProxyNode::act(base::Now now) {
    for (auto effects = core_->take_effects(); !effects.empty(); effects = core_->take_effects())
        for (const proxy::Effect &effect : effects)
            std::visit([&](const auto &e) { act(e, now); }, effect);
}

void ProxyNode::act(const proxy::Send &send, base::Now now) {
    if (!send.flow.is_reliable() || connections_.count(send.flow.connection) > 0) {
        packets_.push_back({address_, send.flow.remote, send.bytes, send.flow.connection});
    } else if (send.id != engine::transaction::Id::none) {
        later(now, [this, id = send.id](base::Now at) { core_->on_send_failed(id, at); });
    }
}

void ProxyNode::act(const proxy::Store &store, base::Now now) {
    if (store.token == 0)
        return commit(store.changes);
    const bool disk_full = random_.below(100) < 3;
    later(now, [this, store, disk_full](base::Now at) {
        if (!disk_full)
            commit(store.changes);
        core_->on_stored(store.token, !disk_full, at);
    });
}

void ProxyNode::act(const proxy::LookUser &look, base::Now now) {
    proxy::UserAnswer answer;
    answer.status = proxy::UserAnswer::Status::found;
    const std::string password = password_of(look.user);
    answer.ha1_md5 = engine::digest::ha1(crypto::Hash::md5, look.user, look.domain, password);
    answer.ha1_sha256 = engine::digest::ha1(crypto::Hash::sha256, look.user, look.domain, password);
    later(now, [this, token = look.token, answer](base::Now at) { core_->on_user(token, answer, at); });
}

// No call here has a session description, so no breaker is asked; one that were would not answer.
void ProxyNode::act(const proxy::AskBreaker &ask, base::Now now) {
    later(now, [this, token = ask.token](base::Now at) { core_->on_breaker(token, std::nullopt, at); });
}

} // namespace cord::sim
