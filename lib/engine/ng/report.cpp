#include "engine/ng/report.hpp"

namespace cord::engine::ng {
namespace {

using media::Counters;
using media::StreamStatistics;
using wire::bencode::Dict;
using wire::bencode::List;

std::int64_t seconds(base::UnixTime t) {
    return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

std::int64_t microseconds(base::UnixTime t) { return t.time_since_epoch().count() % 1'000'000; }

Dict counters(const Counters &c) {
    return {{"packets", static_cast<std::int64_t>(c.packets)},
            {"bytes", static_cast<std::int64_t>(c.bytes)},
            {"errors", static_cast<std::int64_t>(c.errors)}};
}

Dict endpoint(const base::Endpoint &e) {
    return {{"family", e.ip.v6 ? "IPv6" : "IPv4"}, {"address", e.ip.text()}, {"port", std::int64_t{e.port}}};
}

/// One RTP or RTCP path of a section.
Dict stream(const Transport &transport, const StreamStatistics *statistics) {
    const base::Endpoint &local = transport.port.local;
    Dict out{{"local port", std::int64_t{local.port}},
             {"local address", local.ip.text()},
             {"family", local.ip.v6 ? "IPv6" : "IPv4"}};
    List flags{"RTP"};
    if (statistics) {
        if (statistics->remote) {
            out.push_back({"endpoint", endpoint(*statistics->remote)});
            flags.emplace_back("filled");
        }
        out.push_back({"stats", counters(statistics->received)});
        out.push_back({"stats_out", counters(statistics->sent)});
    }
    out.push_back({"flags", std::move(flags)});
    return out;
}

List flags_of(const Side &side) {
    List flags{"initialized"};
    if (side.facing.mux)
        flags.emplace_back("rtcp-mux");
    if (side.facing.dtls)
        flags.emplace_back("DTLS-SRTP");
    if (side.facing.sdes)
        flags.emplace_back("SDES");
    if (side.facing.ice) {
        flags.emplace_back("ICE");
        flags.emplace_back("ICE-lite self");
    }
    return flags;
}

const StreamStatistics *stream_at(const media::SideStatistics &side, std::size_t section) {
    for (const StreamStatistics &stream : side.streams)
        if (stream.place == section)
            return &stream;
    return nullptr;
}

List medias(const Side &side, const media::SideStatistics *statistics) {
    List out;
    for (std::size_t i = 0; i < side.sections.size(); ++i) {
        const Section &section = side.sections[i];
        Dict media{{"index", static_cast<std::int64_t>(i + 1)},
                   {"type", section.peer.type},
                   {"protocol", section.protocol}};
        const StreamStatistics *numbers = statistics ? stream_at(*statistics, i) : nullptr;
        if (section.in_use) {
            if (!section.ours.empty())
                media.push_back({"codec", section.ours.front().map.name});
            media.push_back({"streams", List{stream(*side.transports[section.transport], numbers)}});
            media.push_back({"flags", flags_of(side)});
        }
        List ssrcs;
        if (numbers)
            for (std::uint32_t ssrc : numbers->ssrcs)
                ssrcs.push_back(Dict{{"SSRC", std::int64_t{ssrc}}});
        media.push_back({"ingress SSRCs", std::move(ssrcs)});
        out.push_back(std::move(media));
    }
    return out;
}

void add_tag(Dict &tags, const Session &session, std::size_t s,
             const std::optional<media::SessionStatistics> &numbers) {
    const Side &side = session.sides[s], &other = session.sides[1 - s];
    if (side.tags.empty())
        return;
    Dict tag{{"tag", side.tags.back()}, {"created", seconds(session.created)}};
    if (!session.via_branch.empty())
        tag.push_back({"via-branch", session.via_branch});
    if (!side.label.empty())
        tag.push_back({"label", side.label});
    if (!other.tags.empty()) {
        tag.push_back({"in dialogue with", other.tags.back()});
        List subscription{Dict{{"tag", other.tags.back()}, {"type", "offer/answer"}}};
        tag.push_back({"subscriptions", subscription});
        tag.push_back({"subscribers", subscription});
    }
    tag.push_back({"medias", medias(side, numbers ? &numbers->sides[s] : nullptr)});
    tags.push_back({side.tags.back(), std::move(tag)});
}

Dict source(const StreamStatistics &stream, std::uint32_t ssrc) {
    Dict out{{"packets", static_cast<std::int64_t>(stream.received.packets)},
             {"bytes", static_cast<std::int64_t>(stream.received.bytes)}};
    if (ssrc == stream.media_source) {
        out.push_back({"cumulative loss", static_cast<std::int64_t>(stream.lost)});
        out.push_back(
            {"jitter", std::chrono::duration_cast<std::chrono::milliseconds>(stream.jitter).count()});
    }
    return out;
}

void add(Counters &sum, const Counters &more) {
    sum.packets += more.packets;
    sum.bytes += more.bytes;
    sum.errors += more.errors;
}

} // namespace

void report(Dict &reply, const Call &call, const std::vector<const Session *> &sessions,
            const std::vector<std::optional<media::SessionStatistics>> &statistics) {
    base::UnixTime last = call.created;
    Counters rtp, rtcp;
    Dict tags, ssrcs;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        last = std::max(last, sessions[i]->last_signal);
        for (std::size_t side : {0, 1})
            add_tag(tags, *sessions[i], side, statistics[i]);
        if (!statistics[i])
            continue;
        for (const media::SideStatistics &side : statistics[i]->sides)
            for (const StreamStatistics &stream : side.streams) {
                add(rtp, stream.received);
                add(rtcp, stream.rtcp_received);
                for (std::uint32_t ssrc : stream.ssrcs)
                    ssrcs.push_back({std::to_string(ssrc), source(stream, ssrc)});
            }
    }
    reply.push_back({"created", seconds(call.created)});
    reply.push_back({"created_us", microseconds(call.created)});
    reply.push_back({"last signal", seconds(last)});
    if (!call.metadata.empty())
        reply.push_back({"metadata", call.metadata});
    if (call.recording)
        reply.push_back({"recording-file", call.recording->file});
    reply.push_back({"SSRC", std::move(ssrcs)});
    reply.push_back({"tags", std::move(tags)});
    reply.push_back({"totals", Dict{{"RTP", counters(rtp)}, {"RTCP", counters(rtcp)}}});
}

} // namespace cord::engine::ng
