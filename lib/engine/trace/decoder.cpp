#include "engine/trace/decoder.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "engine/trace/sniff.hpp"

namespace cord::engine::trace {
namespace {

using layer::Layer;
using layer::Protocol;

// Tunnels in tunnels; more is an attack on the reader.
constexpr int deepest = 24;
constexpr std::size_t udp_header = 8;

} // namespace

Decoder::Found Decoder::decode(const Packet &packet) {
    messages_.clear();
    texts_.clear();
    datagram_.reset();
    last_ = packet.at;
    ++counts_.packets;
    counts_.cut += packet.data.size() < packet.length ? 1 : 0;
    follow(layer::of_link(packet.link_type, packet.data), packet.at);
    counts_.sip += messages_.size();
    return {messages_, datagram_};
}

void Decoder::follow(Layer layer, Stamp at) {
    Way way;
    for (int depth = 0; depth < deepest; ++depth) {
        ++counts_.layers[static_cast<std::size_t>(layer.protocol)];
        switch (layer.protocol) {
        case Protocol::nothing:
        case Protocol::unknown_link: return;
        case Protocol::ipv4:
        case Protocol::ipv6: layer = internet(layer.bytes, way, at); break;
        case Protocol::udp: layer = udp(layer.bytes, way, at); break;
        case Protocol::tcp: return tcp(layer.bytes, way, at);
        case Protocol::sctp: return sctp(layer.bytes, way, at);
        case Protocol::exported_pdu: return exported(layer.bytes, at);
        default: layer = layer::inside(layer); continue;
        }
        if (layer.protocol == Protocol::nothing)
            return;
    }
}

Layer Decoder::internet(base::Bytes bytes, Way &way, Stamp at) {
    auto packet = parse_ip(bytes);
    if (packet && packet->is_fragment())
        packet = fragments_.add(*packet, at);
    if (!packet)
        return {};
    way.src.ip = packet->src;
    way.dst.ip = packet->dst;
    return layer::of_ip_protocol(packet->protocol, packet->payload);
}

// Gives the layer inside where the payload is a tunnel.
Layer Decoder::udp(base::Bytes b, Way way, Stamp at) {
    if (b.size() < udp_header)
        return {};
    way.src.port = base::load16(&b[0]);
    way.dst.port = base::load16(&b[2]);
    const std::size_t length = base::load16(&b[4]);
    // RFC 2675 and segmentation offload leave 0 for a length that is the packet's.
    const bool use_length = length >= udp_header && length <= b.size();
    const base::Bytes payload =
        b.subspan(udp_header, use_length ? length - udp_header : b.size() - udp_header);
    if (looks_like_sip(base::as_text(payload))) {
        messages_.push_back({at, Transport::udp, way.src, way.dst, base::as_text(payload)});
        return {};
    }
    const Layer tunnel = layer::of_udp_port(way.dst.port, payload);
    if (tunnel.protocol == Protocol::nothing)
        datagram_ = Datagram{at, way.src, way.dst, payload};
    return tunnel;
}

void Decoder::sctp(base::Bytes b, const Way &hosts, Stamp at) {
    for (const auto &[way, data] : sctp_.add(hosts, b))
        if (looks_like_sip(base::as_text(data)))
            messages_.push_back({at, Transport::sctp, way.src, way.dst, base::as_text(data)});
}

// Of a message over TLS, Wireshark exports what TLS carried and then the SIP in it: the same bytes of the
// same frame twice.
void Decoder::exported(base::Bytes frame, Stamp at) {
    const auto pdu = ExportedPdu::parse(frame);
    if (!pdu || !looks_like_sip(base::as_text(pdu->payload)))
        return;
    const std::pair<std::uint32_t, std::string> seen(pdu->frame, base::as_text(pdu->payload));
    if (pdu->frame != 0 && seen == last_exported_)
        return;
    last_exported_ = seen;
    messages_.push_back({at, pdu->transport, pdu->way.src, pdu->way.dst, base::as_text(pdu->payload)});
}

// The one unused for longest makes room.
Decoder::Direction &Decoder::direction(const Way &way) {
    const auto found = directions_.find(way);
    if (found == directions_.end() && directions_.size() >= base::limits::trace_tcp_directions) {
        const auto oldest = std::min_element(directions_.begin(), directions_.end(), [](auto &a, auto &b) {
            return a.second.last_used < b.second.last_used;
        });
        counts_.tcp_gaps += oldest->second.tcp.gaps();
        directions_.erase(oldest);
    }
    Direction &d = found == directions_.end() ? directions_[way] : found->second;
    d.last_used = counts_.packets;
    return d;
}

void Decoder::tcp(base::Bytes b, Way way, Stamp at) {
    const auto segment = TcpSegment::parse(b);
    if (!segment)
        return;
    way.src.port = segment->src_port;
    way.dst.port = segment->dst_port;
    Direction &d = direction(way);
    if (segment->syn)
        d.sip = SipStream();
    d.tcp.push(*segment, at);
    drain(way, d, at);
    if (segment->rst || (segment->fin && d.sip.ignored())) {
        counts_.tcp_gaps += d.tcp.gaps();
        directions_.erase(way);
    }
}

void Decoder::drain(const Way &way, Direction &d, Stamp at) {
    while (const auto chunk = d.tcp.next()) {
        d.sip.push(chunk->data, chunk->after_gap);
        while (const auto message = d.sip.next()) {
            texts_.emplace_back(*message);
            messages_.push_back({at, d.sip.transport(), way.src, way.dst, texts_.back()});
        }
    }
}

Decoder::Found Decoder::finish() {
    messages_.clear();
    texts_.clear();
    datagram_.reset();
    for (auto &[way, d] : directions_) {
        d.tcp.close();
        drain(way, d, last_);
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
