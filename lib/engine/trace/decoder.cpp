#include "engine/trace/decoder.hpp"

#include <functional>

#include "engine/trace/hep.hpp"
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
    datagram_.reset();
    last_ = packet.at;
    ++counts_.packets;
    counts_.cut += packet.data.size() < packet.length ? 1 : 0;
    follow(layer::of_link(packet.link_type, packet.data), packet.at);
    counts_.sip += messages_.size();
    if (packet.lasting)
        mark_lasting(packet.data);
    return {messages_, datagram_};
}

// What was not put together or decrypted lies in the packet itself.
void Decoder::mark_lasting(base::Bytes packet) {
    const std::less_equal<const void *> before;
    const std::string_view whole = base::as_text(packet);
    for (SipRecord &m : messages_)
        m.lasting = before(whole.data(), m.raw.data()) &&
                    before(m.raw.data() + m.raw.size(), whole.data() + whole.size());
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
        case Protocol::tcp: return take(connections_.add(way, layer.bytes, at), at);
        case Protocol::sctp: return sctp(layer.bytes, way, at);
        case Protocol::exported_pdu: return exported(layer.bytes, at);
        case Protocol::hep: return hep(layer.bytes);
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
    if (Hep::is_one(payload))
        return {Protocol::hep, payload};
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

// It tells when and where a packet was captured; that it was sent on is of no interest.
void Decoder::hep(base::Bytes packet) {
    const auto found = Hep::parse(packet, inflated_);
    if (!found)
        return;
    const auto &[at, way, transport, protocol, payload] = *found;
    if (protocol == Hep::sip && looks_like_sip(base::as_text(payload)))
        messages_.push_back({at, transport, way.src, way.dst, base::as_text(payload)});
    else if (protocol == Hep::rtp)
        datagram_ = Datagram{at, way.src, way.dst, payload};
}

void Decoder::take(std::span<const Connections::Message> messages, Stamp at) {
    for (const auto &[way, transport, text] : messages)
        messages_.push_back({at, transport, way.src, way.dst, text});
}

Decoder::Found Decoder::finish() {
    messages_.clear();
    datagram_.reset();
    take(connections_.finish(), last_);
    counts_.sip += messages_.size();
    return {messages_, datagram_};
}

} // namespace cord::engine::trace
