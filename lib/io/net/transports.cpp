#include "io/net/transports.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "engine/ice/agent.hpp"
#include "io/net/clock.hpp"
#include "io/net/sip_stream.hpp"
#include "wire/stun/message.hpp"

namespace cord::io::net {

using engine::transaction::is_secure;
using engine::transaction::is_websocket;

Transports::Transports(Loop &loop, Options options, Calls calls)
    : loop_(loop), options_(std::move(options)), calls_(std::move(calls)) {}

Transports::~Transports() = default;

void Transports::use_certificates(std::span<const crypto::Certificate> certificates) {
    if (tls_server_)
        tls_server_->use(certificates);
    else
        tls_server_.emplace(certificates, client_authorities_);
}

void Transports::ask_clients(std::optional<ClientAuthorities> authorities) {
    client_authorities_ = std::move(authorities);
    if (tls_server_)
        tls_server_->ask(client_authorities_);
}

base::Result<base::Endpoint, SystemError> Transports::listen(Transport transport, const base::Endpoint &at) {
    auto index = static_cast<std::uint16_t>(listeners_.size());
    auto fd = transport == Transport::udp ? bind_udp(at) : listen_tcp(at);
    if (!fd)
        return tl::unexpected(fd.error());
    CORD_ASSERT(!is_secure(transport) || tls_server_);
    Listener &added = listeners_.emplace_back();
    added.transport = transport;
    added.local = local_endpoint(fd->get());
    if (transport == Transport::udp) {
        listen_udp(index, std::move(*fd));
    } else {
        added.fd = std::move(*fd);
        added.acceptor = std::make_unique<Acceptor>(
            loop_, added.fd.get(), [this, index](Fd peer, const SocketAddress &from) {
                adopt(index, std::move(peer), from_system(from.storage));
            });
    }
    return listeners_.back().local;
}

void Transports::listen_udp(std::uint16_t index, Fd fd) {
    auto received = [this, index](const base::Endpoint &local, const base::Endpoint &remote,
                                  base::Bytes bytes) {
        hold();
        // RFC 5626 section 4.4.2: over UDP a client keeps its flow alive by STUN binding requests, and learns
        // from the answer that its address is still the same.
        if (wire::stun::is_stun(bytes)) {
            if (auto answer = engine::ice::answer_stranger(bytes, remote))
                listeners_[index].udp->send(local, remote, std::string(base::as_text(*answer)), 0);
            return;
        }
        // Line ends alone keep a NAT's mapping open and want no answer.
        if (!wire::sip::is_keep_alive(base::as_text(bytes)))
            calls_.message({Transport::udp, index, 0, local, remote}, bytes);
    };
    auto drained = [this] { release(); };
    listeners_[index].udp =
        std::make_unique<UdpSocket>(loop_, std::move(fd), std::move(received), std::move(drained),
                                    [this](std::uint64_t token) { fail(token); });
}

/// Who counts as one: an IPv4 address, or the 64 bits of an IPv6 address that name a host's network.
static base::IpAddress source_of(base::IpAddress address) {
    if (address.v6)
        std::fill(address.bytes.begin() + 8, address.bytes.end(), std::uint8_t{0});
    return address;
}

bool Transports::has_room_for(const base::IpAddress &source) {
    const auto found = held_by_.find(source_of(source));
    const Held held = found == held_by_.end() ? Held{} : found->second;
    const char *full = nullptr;
    if (connections_.size() >= options_.max_connections)
        full = "there are as many connections as there may be";
    else if (counts_.half_open >= options_.max_half_open)
        full = "too many connections have said nothing yet";
    else if (held.half_open >= options_.max_half_open_of_one)
        full = "too many connections from there have said nothing yet";
    else if (held.all >= options_.max_of_one)
        full = "there are as many connections from there as there may be";
    if (full != nullptr && refusals_.now())
        base::log::warning("net", "connections are refused, the last from {}: {}", source.text(), full);
    return full == nullptr;
}

void Transports::adopt(std::uint16_t index, Fd fd, const base::Endpoint &remote) {
    if (!has_room_for(remote.ip)) {
        ++counts_.refused;
        return;
    }
    ++counts_.accepted;
    tune_stream(fd.get());
    Transport transport = listeners_[index].transport;
    Flow flow{transport, index, ++last_connection_, local_endpoint(fd.get()), remote};
    Ssl ssl = is_secure(transport) ? tls_server_->accept(fd.get()) : Ssl{};
    Stream stream(loop_, std::move(fd), std::move(ssl));
    ConnectionOwner &owner = *this;
    // RFC 5923 section 9.2: "If the client does not present a certificate", which we ask of none, its
    // connection is not one to the server at its address.
    if (transport == Transport::tcp)
        ways_[way_to(flow)] = flow.connection;
    if (is_websocket(transport))
        keep(make_websocket(loop_, std::move(stream), flow, owner, options_.limits, options_.websocket))
            ->start();
    else
        keep(std::make_shared<SipStream>(loop_, std::move(stream), flow, owner, options_.limits, false))
            ->start();
}

Transports::ConnectionPtr Transports::keep(ConnectionPtr connection) {
    const Flow &flow = connection->flow();
    connections_[flow.connection] = connection;
    ++counts_.half_open;
    Held &held = held_by_[source_of(flow.remote.ip)];
    ++held.half_open;
    ++held.all;
    return connection;
}

void Transports::no_longer_half_open(const Flow &flow) {
    --counts_.half_open;
    --held_by_[source_of(flow.remote.ip)].half_open;
}

void Transports::no_longer_held(const Flow &flow) {
    const auto held = held_by_.find(source_of(flow.remote.ip));
    if (--held->second.all == 0)
        held_by_.erase(held);
}

Transports::Way Transports::way_to(const Flow &flow) {
    return {flow.transport, flow.remote, is_secure(flow.transport) ? peer_name(flow.remote) : ""};
}

void Transports::forget_way(const Flow &flow) {
    // The peer may have had another name when it was opened.
    for (auto way = ways_.lower_bound({flow.transport, flow.remote, ""}); way != ways_.end(); ++way) {
        if (way->second == flow.connection) {
            ways_.erase(way);
            return;
        }
        if (std::get<0>(way->first) != flow.transport || std::get<1>(way->first) != flow.remote)
            return;
    }
}

Transports::ConnectionPtr Transports::connection_for(const Flow &flow) {
    std::uint64_t number = flow.connection;
    if (number == 0) {
        // RFC 5923 section 8.1: a connection is reused "only if [...] the URI used for RFC3263 server
        // resolution matches one of the identities" that the server proved.
        auto open = ways_.find(way_to(flow));
        if (open == ways_.end())
            return nullptr;
        number = open->second;
    }
    auto found = connections_.find(number);
    return found == connections_.end() ? nullptr : found->second;
}

std::uint16_t Transports::listener_of(Transport transport, std::uint16_t preferred) const {
    if (preferred < listeners_.size() && listeners_[preferred].transport == transport)
        return preferred;
    for (std::size_t i = 0; i < listeners_.size(); ++i)
        if (listeners_[i].transport == transport)
            return static_cast<std::uint16_t>(i);
    return preferred;
}

std::string Transports::peer_name(const base::Endpoint &address) {
    const Peer *peer = peers_.find(address);
    return peer == nullptr ? address.ip.text() : peer->name;
}

Transports::ConnectionPtr Transports::open(const Flow &flow) {
    // RFC 7118 section 5: a WebSocket server cannot open a connection to its client.
    if (is_websocket(flow.transport) || connections_.size() >= options_.max_connections)
        return nullptr;
    auto fd = connect_tcp(flow.remote);
    if (!fd)
        return nullptr;
    tune_stream(fd->get());
    Flow opened{flow.transport, listener_of(flow.transport, flow.listener), ++last_connection_,
                local_endpoint(fd->get()), flow.remote};
    Ssl ssl = is_secure(flow.transport) ? tls_client_.connect(fd->get(), peer_name(flow.remote)) : Ssl{};
    Stream stream(loop_, std::move(*fd), std::move(ssl));
    ConnectionOwner &owner = *this;
    auto connection =
        keep(std::make_shared<SipStream>(loop_, std::move(stream), opened, owner, options_.limits, true));
    ways_[way_to(opened)] = opened.connection;
    connection->start();
    return connection;
}

std::optional<Flow> Transports::send(const Flow &flow, std::string bytes, std::uint64_t token) {
    if (flow.transport == Transport::udp) {
        Listener &listener = listeners_[listener_of(Transport::udp, flow.listener)];
        if (listener.udp) {
            listener.udp->send(flow.local, flow.remote, std::move(bytes), token);
            return flow;
        }
    } else {
        auto connection = connection_for(flow);
        if (!connection && flow.connection == 0)
            connection = open(flow);
        if (connection) {
            connection->send(std::move(bytes), token);
            return connection->flow();
        }
    }
    fail(token);
    return std::nullopt;
}

void Transports::fail(std::uint64_t token) {
    if (token != 0)
        loop_.post([this, token] { calls_.send_failed(token); });
}

void Transports::close(const Flow &flow) {
    if (auto connection = connection_for(flow))
        connection->close();
}

void Transports::flush() {
    if (held_)
        return;
    for (Listener &listener : listeners_)
        if (listener.udp)
            listener.udp->flush();
}

void Transports::stop_listening() {
    for (Listener &listener : listeners_) {
        listener.acceptor.reset();
        listener.fd.reset();
    }
}

void Transports::leave() {
    stop_listening();
    options_.websocket.going_away = true;
    for (const auto &[number, connection] : connections_)
        connection->close();
}

Transports::Counts Transports::counts() const {
    Counts out = counts_;
    out.connections = connections_.size();
    for (const Listener &listener : listeners_)
        if (listener.udp)
            out.udp_refused += listener.udp->refused();
    return out;
}

std::map<Transport, std::size_t> Transports::connections() const {
    std::map<Transport, std::size_t> out{
        {Transport::tcp, 0}, {Transport::tls, 0}, {Transport::ws, 0}, {Transport::wss, 0}};
    for (const auto &[number, connection] : connections_)
        ++out[connection->flow().transport];
    return out;
}

std::vector<Flow> Transports::open_flows() const {
    std::vector<Flow> out;
    out.reserve(connections_.size());
    for (const auto &[number, connection] : connections_)
        out.push_back(connection->flow());
    return out;
}

void Transports::on_message(Connection &connection, base::Bytes message) {
    calls_.message(connection.flow(), message);
}

void Transports::on_broken(Connection &connection, const wire::sip::FrameError &error) {
    ++counts_.broken;
    calls_.broken(connection.flow(), error);
}

void Transports::on_open(Connection &connection) {
    no_longer_half_open(connection.flow());
    if (Peer *peer = peers_.find(connection.flow().remote))
        peer->distrusted = false;
    if (const wire::sip::Identities *who = connection.client(); who != nullptr && calls_.proved)
        calls_.proved(connection.flow(), *who);
}

void Transports::on_unproved(Connection &connection, const std::string &why) {
    if (unproved_.now())
        base::log::warning("tls", "the certificate of {} proves nothing: {}", connection.flow().remote.text(),
                           why);
}

void Transports::on_distrusted(Connection &connection, const std::string &why) {
    const base::Endpoint &remote = connection.flow().remote;
    // Each call to it fails; those that were configured are named once, until they are well again. Contacts
    // of clients are too many to be told of.
    if (Peer *peer = peers_.find(remote); peer != nullptr && !std::exchange(peer->distrusted, true))
        base::log::error("tls", "{} ({}) is not trusted: {}", peer_name(remote), remote.text(), why);
}

void Transports::on_gone(Connection &connection) {
    Flow flow = connection.flow();
    bool carried = connection.carried();
    if (!connection.is_open())
        no_longer_half_open(flow);
    no_longer_held(flow);
    forget_way(flow);
    connections_.erase(flow.connection);
    if (carried)
        calls_.closed(flow);
}

void Transports::on_send_failed(std::uint64_t token) { calls_.send_failed(token); }

} // namespace cord::io::net
