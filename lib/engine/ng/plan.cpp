#include <algorithm>

#include "base/text.hpp"
#include "engine/ng/describe.hpp"
#include "engine/ng/negotiate.hpp"
#include "wire/sdp/kind.hpp"

namespace cord::engine::ng {
namespace {

std::optional<base::Endpoint> endpoint(const Side &side, const sdp::Connection *connection,
                                       std::uint16_t port) {
    auto ip = side.source;
    if (!ip && connection)
        ip = connection->ip();
    if (!ip || ip->is_any() || port == 0)
        return std::nullopt;
    return base::Endpoint{*ip, port};
}

std::optional<base::Endpoint> remote_rtp(const Side &side, const Section &section) {
    return endpoint(side, sdp::connection_of(*side.peer, section.peer), section.peer.port);
}

/// What a=rtcp says (RFC 3605).
std::optional<base::Endpoint> remote_rtcp(const Side &side, const Section &section) {
    const sdp::Attribute *a = section.peer.attributes.find("rtcp");
    auto rtcp = a != nullptr ? sdp::read_rtcp(a->value) : std::nullopt;
    if (!rtcp)
        return std::nullopt;
    const sdp::Connection *connection = sdp::connection_of(*side.peer, section.peer);
    return endpoint(side, rtcp->connection ? &*rtcp->connection : connection, rtcp->port);
}

media::TransportPlan transport_plan(const Side &side, const Transport &transport, const Section &section) {
    media::TransportPlan out;
    out.rtp = transport.port.rtp;
    if (!side.facing.mux)
        out.rtcp = transport.port.rtcp;
    if (side.facing.ice)
        out.ice = media::IcePlan{transport.ice, transport.peer_ufrag};
    if (side.facing.dtls)
        out.security = media::DtlsPlan{transport.role, transport.peer_fingerprints, transport.association};
    else if (side.facing.sdes && transport.agreed)
        out.security = *transport.agreed;
    else if (side.facing.sdes)
        out.security = media::NoKeys{};
    if (!side.peer)
        return out;
    if (!side.facing.ice) {
        out.remote_rtp = remote_rtp(side, section);
        out.remote_rtcp = out.rtcp ? remote_rtcp(side, section) : std::nullopt;
    }
    return out;
}

std::vector<std::uint32_t> ssrcs_of(const sdp::Media &media) {
    std::vector<std::uint32_t> out;
    for (std::string_view value : media.attributes.values("ssrc"))
        if (auto ssrc = sdp::read_ssrc(value); ssrc && (out.empty() || out.back() != ssrc->ssrc))
            out.push_back(ssrc->ssrc);
    return out;
}

/// Whether the peer said that it acts on generic NACK or REMB.
bool understands_feedback(const sdp::Media &media) {
    if (!sdp::has_feedback(media.protocol))
        return false;
    for (std::string_view value : media.attributes.values("rtcp-fb")) {
        const std::string_view word = base::trim(base::cut(value, ' ').second);
        if (word == "nack" || word == "goog-remb")
            return true;
    }
    return false;
}

/// What comes from `side` is passed on when it may send and the other may receive.
bool is_passed_on(const Session &session, std::size_t side, std::size_t section) {
    const Side &from = session.sides[side], &to = session.sides[1 - side];
    return from.peer && to.peer && sdp::sends(direction_of(*from.peer, from.sections[section].peer)) &&
           sdp::receives(direction_of(*to.peer, to.sections[section].peer));
}

bool is_event(const sdp::RtpMap &map) { return base::iequals(map.name, "telephone-event"); }

media::StreamEnd stream_end(const Session &session, std::size_t side, std::size_t i, std::size_t transport) {
    const Section &section = session.sides[side].sections[i];
    media::StreamEnd out;
    const Section &spoken = section.peer.type.empty() ? session.sides[1 - side].sections[i] : section;
    out.kind = spoken.peer.type == "video" ? media::Kind::video : media::Kind::audio;
    out.transport = transport;
    out.mid = section.mid;
    out.mid_extension = static_cast<std::uint8_t>(section.mid_extension);
    out.ssrcs = ssrcs_of(section.peer);
    out.receives = is_passed_on(session, side, i);
    if (i < session.rules[side].size())
        out.incoming = session.rules[side][i];
    out.feedback = understands_feedback(section.peer);
    out.barrier = session.sides[side].barrier;
    for (const sdp::Format &format : event_formats(section))
        out.events.push_back({format.map.payload_type, format.map.clock_rate});
    return out;
}

media::SidePlan side_plan(const Session &session, std::size_t s) {
    const Side &side = session.sides[s];
    media::SidePlan out;
    std::vector<std::optional<std::size_t>> place(side.transports.size()); // in the plan
    for (std::size_t i = 0; i < side.sections.size(); ++i) {
        const Section &section = side.sections[i];
        if (!section.in_use) {
            out.streams.emplace_back();
            continue;
        }
        auto &at = place[section.transport];
        if (!at) {
            at = out.transports.size();
            out.transports.push_back(transport_plan(side, *side.transports[section.transport], section));
        }
        out.streams.emplace_back(stream_end(session, s, i, *at));
    }
    return out;
}

} // namespace

std::vector<sdp::Format> event_formats(const Section &section) {
    std::vector<sdp::Format> out;
    for (sdp::Format &theirs : sdp::formats(section.peer))
        if (is_event(theirs.map) &&
            std::any_of(section.ours.begin(), section.ours.end(), [&](const sdp::Format &ours) {
                return is_event(ours.map) && ours.map.clock_rate == theirs.map.clock_rate;
            }))
            out.push_back(std::move(theirs));
    return out;
}

media::Plan plan(const Session &session) {
    return {{side_plan(session, 0), side_plan(session, 1)}, session.recording};
}

} // namespace cord::engine::ng
