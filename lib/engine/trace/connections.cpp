#include "engine/trace/connections.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "engine/trace/transport.hpp"

namespace cord::engine::trace {

std::span<const Connections::Message> Connections::add(const Way &hosts, base::Bytes bytes, Stamp at) {
    found_.clear();
    const auto segment = TcpSegment::parse(bytes);
    if (!segment)
        return {};
    Direction &d = direction({{hosts.src.ip, segment->src_port}, {hosts.dst.ip, segment->dst_port}});
    if (segment->syn && d.tcp.starts_anew(*segment)) {
        count(d);
        d = Direction{d.way, {}, {}};
    }
    d.tcp.push(*segment, at);
    drain(d);
    if (segment->rst || (segment->fin && d.sip.ignored() && !d.tls))
        forget(directions_.begin());
    return found_;
}

// The one unused for longest makes room.
Connections::Direction &Connections::direction(const Way &way) {
    if (const auto found = by_way_.find(way); found != by_way_.end()) {
        directions_.splice(directions_.begin(), directions_, found->second);
        return directions_.front();
    }
    if (directions_.size() >= base::limits::trace_tcp_directions) {
        ++counts_.given_up;
        forget(std::prev(directions_.end()));
    }
    directions_.push_front(Direction{way, {}, {}});
    by_way_.emplace(way, directions_.begin());
    return directions_.front();
}

Connections::Direction *Connections::other_direction(const Direction &d) {
    const auto found = by_way_.find({d.way.dst, d.way.src});
    return found == by_way_.end() ? nullptr : &*found->second;
}

// Both directions of a TLS connection share a session: the one that speaks first makes it.
void Connections::begin(Direction &d, base::Bytes front) {
    d.begun = true;
    if (!tls::looks_like_tls(front))
        return;
    const Direction *other = other_direction(d);
    if (other != nullptr && other->tls && other->tls.use_count() == 1) {
        d.tls = other->tls;
        d.side = other->side == tls::Side::client ? tls::Side::server : tls::Side::client;
        return;
    }
    d.tls = std::make_shared<tls::Session>(secrets_);
    d.side = tls::side_of(front);
}

void Connections::drain(Direction &d) {
    while (const auto chunk = d.tcp.next()) {
        if (!d.begun)
            begin(d, chunk->data);
        if (!d.tls) {
            spoken(d, chunk->data, chunk->after_gap);
            continue;
        }
        d.tls->push(d.side, chunk->data, chunk->after_gap);
        decrypted(d);
        if (Direction *other = other_direction(d); other != nullptr && other->tls == d.tls)
            decrypted(*other);
    }
}

void Connections::decrypted(Direction &d) {
    if (const auto text = d.tls->take(d.side))
        spoken(d, base::as_bytes(text->bytes), text->after_gap);
}

void Connections::spoken(Direction &d, base::Bytes data, bool after_gap) {
    d.sip.push(data, after_gap);
    while (const auto message = d.sip.next()) {
        const Transport transport = d.sip.transport();
        found_.push_back({d.way, d.tls ? over_tls(transport) : transport, std::string(*message)});
    }
}

void Connections::count(const Direction &d) {
    if (!d.tls || d.tls->decrypted())
        ++counts_.speak[static_cast<std::size_t>(d.sip.speech())];
    if (d.tls && d.tls.use_count() == 1)
        ++counts_.tls[{d.tls->name(), d.tls->outcome()}];
    counts_.gaps += d.tcp.gaps();
    counts_.websocket += d.sip.websocket_counts();
}

void Connections::forget(Directions::iterator d) {
    count(*d);
    by_way_.erase(d->way);
    directions_.erase(d);
}

std::span<const Connections::Message> Connections::finish() {
    found_.clear();
    for (Direction &d : directions_) {
        d.tcp.close();
        drain(d);
    }
    while (!directions_.empty())
        forget(directions_.begin());
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Message &a, const Message &b) { return a.way < b.way; });
    return found_;
}

} // namespace cord::engine::trace
