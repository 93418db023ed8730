#include "engine/trace/connections.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace cord::engine::trace {

std::span<const Connections::Message> Connections::add(const Way &hosts, base::Bytes bytes, Stamp at) {
    found_.clear();
    const auto segment = TcpSegment::parse(bytes);
    if (!segment)
        return {};
    Direction &d = direction({{hosts.src.ip, segment->src_port}, {hosts.dst.ip, segment->dst_port}});
    if (segment->syn && d.tcp.starts_anew(*segment)) {
        count(d);
        d.tcp = TcpDirection();
        d.sip = SipStream();
    }
    d.tcp.push(*segment, at);
    drain(d);
    if (segment->rst || (segment->fin && d.sip.ignored()))
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
    directions_.push_front({way, {}, {}});
    by_way_.emplace(way, directions_.begin());
    return directions_.front();
}

void Connections::drain(Direction &d) {
    while (const auto chunk = d.tcp.next()) {
        d.sip.push(chunk->data, chunk->after_gap);
        while (const auto message = d.sip.next())
            found_.push_back({d.way, d.sip.transport(), std::string(*message)});
    }
}

void Connections::count(const Direction &d) {
    ++counts_.speak[static_cast<std::size_t>(d.sip.speech())];
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
        count(d);
    }
    directions_.clear();
    by_way_.clear();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Message &a, const Message &b) { return a.way < b.way; });
    return found_;
}

} // namespace cord::engine::trace
