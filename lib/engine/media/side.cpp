#include "engine/media/side.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace cord::engine::media {

void Side::apply(const SidePlan &plan, dtls::HandshakerFactory &handshakers, TranscodeId &next_id,
                 base::Time now, Outbox &out) {
    // Transports keep their state by their port: those whose port is gone go, new ones are made.
    std::vector<Transport> before = std::exchange(transports, {});
    for (const TransportPlan &wanted : plan.transports) {
        auto kept = std::ranges::find(before, wanted.rtp, [](const Transport &t) { return t.plan().rtp; });
        if (kept != before.end()) {
            transports.push_back(std::move(*kept));
            before.erase(kept);
        } else {
            transports.emplace_back(owner_, handshakers);
        }
        transports.back().apply(wanted, now, out);
    }
    for (Transport &gone : before)
        gone.close(out);

    streams.resize(std::max(streams.size(), plan.streams.size()));
    for (std::size_t n = 0; n < streams.size(); ++n) {
        if (n >= plan.streams.size() || !plan.streams[n]) {
            if (streams[n])
                streams[n]->payloads.close(out);
            streams[n].reset();
            continue;
        }
        if (!streams[n])
            streams[n].emplace();
        streams[n]->plan = *plan.streams[n];
        CORD_ASSERT(streams[n]->plan.transport < transports.size());
        streams[n]->payloads.apply(plan.streams[n]->incoming, next_id, out);
        for (std::uint32_t ssrc : plan.streams[n]->ssrcs)
            remember(n, ssrc);
    }
}

void Side::close(Outbox &out) {
    for (Transport &transport : transports)
        transport.close(out);
    for (std::optional<Stream> &stream : streams)
        if (stream)
            stream->payloads.close(out);
}

std::optional<std::size_t> Side::stream_of(std::size_t transport, const wire::rtp::Packet &packet) {
    auto found = packet.has_extension() ? by_mid(transport, packet) : std::nullopt;
    if (!found)
        found = stream_of_source(packet.ssrc());
    if (!found || streams[*found]->plan.transport != transport)
        found = by_payload_type(transport, packet.payload_type());
    if (!found)
        return first_stream(transport);
    remember(*found, packet.ssrc());
    return found;
}

std::optional<std::size_t> Side::by_mid(std::size_t transport, const wire::rtp::Packet &packet) const {
    for (std::size_t n = 0; n < streams.size(); ++n) {
        if (!streams[n] || streams[n]->plan.transport != transport || streams[n]->plan.mid_extension == 0)
            continue;
        auto mid = packet.element(streams[n]->plan.mid_extension);
        if (mid && base::as_text(*mid) == streams[n]->plan.mid)
            return n;
    }
    return std::nullopt;
}

std::optional<std::size_t> Side::stream_of_source(std::uint32_t ssrc) const {
    for (std::size_t n = 0; n < streams.size(); ++n)
        if (streams[n] && std::ranges::find(streams[n]->ssrcs, ssrc) != streams[n]->ssrcs.end())
            return n;
    return std::nullopt;
}

std::optional<std::size_t> Side::by_payload_type(std::size_t transport, std::uint8_t type) const {
    for (std::size_t n = 0; n < streams.size(); ++n)
        if (streams[n] && streams[n]->plan.transport == transport &&
            streams[n]->payloads.rule(type) != nullptr)
            return n;
    return std::nullopt;
}

std::optional<std::size_t> Side::first_stream(std::size_t transport) const {
    for (std::size_t n = 0; n < streams.size(); ++n)
        if (streams[n] && streams[n]->plan.transport == transport)
            return n;
    return std::nullopt;
}

void Side::remember(std::size_t stream, std::uint32_t ssrc) {
    auto &ssrcs = streams[stream]->ssrcs;
    if (!ssrcs.empty() && ssrcs.back() == ssrc)
        return;
    for (std::size_t n = 0; n < streams.size(); ++n) // a source belongs to one stream
        if (streams[n])
            std::erase(streams[n]->ssrcs, ssrc);
    if (ssrcs.size() == base::limits::media_sources)
        ssrcs.erase(ssrcs.begin());
    ssrcs.push_back(ssrc);
}

} // namespace cord::engine::media
