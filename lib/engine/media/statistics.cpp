#include "engine/media/statistics.hpp"

#include <fmt/format.h>

#include "engine/media/session.hpp"

namespace cord::engine::media {
namespace {

/// A peer that sends nothing for this long is silent: longer than pauses of comfort noise.
constexpr base::Duration silent_after = std::chrono::seconds(5);

void add(Drops &sum, const Drops &part) {
    sum.strangers += part.strangers;
    sum.wrong_ice_password += part.wrong_ice_password;
    sum.too_early += part.too_early;
    sum.forged += part.forged;
    sum.replayed += part.replayed;
    sum.malformed += part.malformed;
    sum.unknown_payload_type += part.unknown_payload_type;
    sum.held += part.held;
    sum.no_way_out += part.no_way_out;
    sum.too_many_sources += part.too_many_sources;
    sum.left_out += part.left_out;
}

std::string_view name_of(const TransportPlan &plan) {
    if (std::holds_alternative<DtlsPlan>(plan.security))
        return "DTLS-SRTP";
    return std::holds_alternative<PlainRtp>(plan.security) ? "none" : "SDES";
}

/// Why nothing is heard from a peer, the nearest cause first.
std::string silence_of(const Stream &stream, const Transport &transport, base::Time now) {
    const auto &last = stream.received.last;
    if (last && now - *last < silent_after) {
        if (stream.drops.unknown_payload_type == stream.received.packets)
            return fmt::format("packets come with payload type {}, which was not negotiated",
                               *stream.unknown_payload_type);
        return "";
    }
    if (!stream.plan.receives)
        return "the description says that nothing comes";
    if (std::string obstacle = transport.obstacle(); !obstacle.empty())
        return obstacle;
    if (last)
        return fmt::format("no packet for {} s",
                           std::chrono::duration_cast<std::chrono::seconds>(now - *last).count());
    return "no packet has come";
}

} // namespace

std::uint64_t Drops::total() const {
    return strangers + wrong_ice_password + too_early + forged + replayed + malformed + unknown_payload_type +
           held + no_way_out + too_many_sources + left_out;
}

StreamStatistics Session::statistics(std::uint8_t side, std::size_t n, base::Time now) const {
    const Stream &stream = *sides_[side].streams[n];
    const Transport &transport = sides_[side].transports[stream.plan.transport];
    StreamStatistics s;
    s.place = n;
    s.mid = stream.plan.mid;
    s.kind = stream.plan.kind;
    s.received = stream.received;
    s.received.errors = stream.drops.total();
    s.sent = stream.sent;
    s.rtcp_received = stream.rtcp_received;
    s.lost = stream.reception.lost();
    s.jitter = stream.reception.jitter();
    s.ssrcs = stream.ssrcs;
    s.media_source = stream.media_source;
    s.port = transport.plan().rtp;
    s.remote = transport.remote();
    s.security = name_of(transport.plan());
    s.silence = silence_of(stream, transport, now);
    return s;
}

SessionStatistics Session::statistics(base::Time now) const {
    SessionStatistics all;
    all.last_packet = ever_;
    for (std::uint8_t side = 0; side < 2; ++side) {
        for (const Transport &transport : sides_[side].transports)
            add(all.sides[side].drops, transport.drops());
        for (std::size_t n = 0; n < sides_[side].streams.size(); ++n)
            if (sides_[side].streams[n]) {
                add(all.sides[side].drops, sides_[side].streams[n]->drops);
                all.sides[side].streams.push_back(statistics(side, n, now));
            }
    }
    return all;
}

} // namespace cord::engine::media
