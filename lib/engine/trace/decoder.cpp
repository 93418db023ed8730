#include "engine/trace/decoder.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "engine/trace/link.hpp"
#include "engine/trace/sniff.hpp"

namespace cord::engine::trace {
namespace {

// Tunnels in tunnels; more is an attack on the reader.
constexpr int deepest = 4;
constexpr std::size_t udp_header = 8;

} // namespace

Decoder::Found Decoder::decode(const Packet &packet) {
    messages_.clear();
    texts_.clear();
    datagram_.reset();
    last_ = packet.at;
    ++counts_.packets;
    counts_.cut += packet.data.size() < packet.length ? 1 : 0;
    const auto ip = parse_ip(ip_packet_of(packet.link_type, packet.data));
    if (ip)
        internet(*ip, packet.at, 0);
    else
        ++(knows_link_type(packet.link_type) ? counts_.not_ip : counts_.unknown_link);
    counts_.sip += messages_.size();
    return {messages_, datagram_};
}

void Decoder::internet(const IpPacket &packet, Stamp at, int depth) {
    if (packet.is_fragment()) {
        if (const auto whole = fragments_.add(packet, at))
            internet(*whole, at, depth);
        return;
    }
    switch (packet.protocol) {
    case ip_protocol::udp: return udp(packet, at, depth);
    case ip_protocol::tcp: return tcp(packet, at);
    default:
        if (const auto inner = parse_ip(tunnelled(packet)); inner && depth < deepest)
            internet(*inner, at, depth + 1);
    }
}

void Decoder::udp(const IpPacket &packet, Stamp at, int depth) {
    const base::Bytes b = packet.payload;
    if (b.size() < udp_header)
        return;
    const base::Endpoint src{packet.src, base::load16(&b[0])};
    const base::Endpoint dst{packet.dst, base::load16(&b[2])};
    const std::size_t length = base::load16(&b[4]);
    // RFC 2675 and segmentation offload leave 0 for a length that is the packet's.
    const bool use_length = length >= udp_header && length <= b.size();
    const base::Bytes payload =
        b.subspan(udp_header, use_length ? length - udp_header : b.size() - udp_header);
    if (looks_like_sip(base::as_text(payload))) {
        messages_.push_back({at, Transport::udp, src, dst, base::as_text(payload)});
        return;
    }
    if (const auto inner = parse_ip(tunnelled(packet)); inner && depth < deepest)
        return internet(*inner, at, depth + 1);
    datagram_ = Datagram{at, src, dst, payload};
}

// The one unused for longest makes room.
Decoder::Direction &Decoder::direction(const Path &path) {
    const auto found = directions_.find(path);
    if (found == directions_.end() && directions_.size() >= base::limits::trace_tcp_directions) {
        const auto oldest = std::min_element(directions_.begin(), directions_.end(), [](auto &a, auto &b) {
            return a.second.last_used < b.second.last_used;
        });
        counts_.tcp_gaps += oldest->second.tcp.gaps();
        directions_.erase(oldest);
    }
    Direction &d = found == directions_.end() ? directions_[path] : found->second;
    d.last_used = counts_.packets;
    return d;
}

void Decoder::tcp(const IpPacket &packet, Stamp at) {
    const auto segment = TcpSegment::parse(packet.payload);
    if (!segment)
        return;
    const Path path{{packet.src, segment->src_port}, {packet.dst, segment->dst_port}};
    Direction &d = direction(path);
    if (segment->syn)
        d.sip = SipStream();
    d.tcp.push(*segment, at);
    drain(path, d, at);
    if (segment->rst || (segment->fin && d.sip.ignored())) {
        counts_.tcp_gaps += d.tcp.gaps();
        directions_.erase(path);
    }
}

void Decoder::drain(const Path &path, Direction &d, Stamp at) {
    while (const auto chunk = d.tcp.next()) {
        d.sip.push(chunk->data, chunk->after_gap);
        while (const auto message = d.sip.next()) {
            texts_.emplace_back(*message);
            messages_.push_back({at, d.sip.transport(), path.src, path.dst, texts_.back()});
        }
    }
}

Decoder::Found Decoder::finish() {
    messages_.clear();
    texts_.clear();
    datagram_.reset();
    for (auto &[path, d] : directions_) {
        d.tcp.close();
        drain(path, d, last_);
        counts_.tcp_gaps += d.tcp.gaps();
    }
    directions_.clear();
    std::stable_sort(messages_.begin(), messages_.end(), [](const SipRecord &a, const SipRecord &b) {
        return std::tie(a.src, a.dst) < std::tie(b.src, b.dst);
    });
    counts_.sip += messages_.size();
    return {messages_, datagram_};
}

} // namespace cord::engine::trace
