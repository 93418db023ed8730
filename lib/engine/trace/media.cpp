#include "engine/trace/media.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "wire/rtp/packet.hpp"
#include "wire/rtp/rtcp.hpp"
#include "wire/rtp/telephone_event.hpp"

namespace cord::engine::trace {
namespace {

// The stream of this source on this way; made when it is new, nothing when there are too many.
MediaStream *stream(Call &call, const Datagram &d, std::uint32_t ssrc, const MediaLine &line) {
    auto &streams = call.streams();
    const auto found = std::find_if(streams.begin(), streams.end(), [&](const MediaStream &s) {
        return s.ssrc == ssrc && s.dst == d.dst && s.src == d.src;
    });
    if (found != streams.end())
        return &*found;
    if (streams.size() >= base::limits::trace_call_streams)
        return nullptr;
    MediaStream s;
    s.src = d.src;
    s.dst = d.dst;
    s.ssrc = ssrc;
    s.kind = line.kind;
    s.encrypted = line.encrypted();
    s.first = s.last = d.at;
    streams.push_back(std::move(s));
    return &streams.back();
}

MediaHit hit(const std::shared_ptr<Call> &call, const MediaStream &s,
             const std::shared_ptr<const MediaLine> &line, bool rtcp) {
    return {call, static_cast<std::size_t>(&s - call->streams().data()), line, rtcp};
}

} // namespace

void MediaTracker::point(const base::Endpoint &at, const Target &target) {
    if (at.port == 0 || at.ip.is_any())
        return;
    const auto found = targets_.find(at);
    if (found != targets_.end()) {
        found->second = target;
        return;
    }
    if (targets_.size() >= base::limits::trace_media_addresses)
        targets_.erase(targets_.begin());
    targets_.emplace(at, target);
}

void MediaTracker::learn(const std::shared_ptr<Call> &call, const Entry &entry,
                         const wire::sip::Message &sip) {
    if (sdp_body(sip).empty())
        return;
    if (unread_.size() >= base::limits::trace_media_addresses)
        unread_.pop_front();
    unread_.push_back({call, entry.n});
}

void MediaTracker::read(const Described &described) {
    const auto call = described.call.lock();
    const Entry *entry = call ? call->find(described.n) : nullptr;
    if (entry == nullptr)
        return;
    for (MediaLine &line : media_lines(sdp_body(entry->sip()))) {
        const Target target{described.call, std::make_shared<const MediaLine>(std::move(line))};
        point(target.line->at, target);
        point(target.line->rtcp, target);
        for (const base::Endpoint &candidate : target.line->candidates)
            point(candidate, target);
    }
}

// Whoever is sent to has said what it wants to get; a sender behind a NAT, or one that was not heard of yet,
// is known by where it sends.
const MediaTracker::Target *MediaTracker::find(const Datagram &d) const {
    auto found = targets_.find(d.dst);
    if (found == targets_.end())
        found = targets_.find(d.src);
    return found == targets_.end() ? nullptr : &found->second;
}

std::optional<MediaHit> MediaTracker::add(const Datagram &d) {
    const auto kind = wire::rtp::kind_of(d.payload);
    if (kind == wire::rtp::Kind::other)
        return std::nullopt;
    for (; !unread_.empty(); unread_.pop_front())
        read(unread_.front());
    const Target *target = find(d);
    if (target == nullptr)
        return std::nullopt;
    const auto call = target->call.lock();
    if (!call)
        return std::nullopt;
    return kind == wire::rtp::Kind::rtp ? rtp(*target, call, d) : rtcp(*target, call, d);
}

std::optional<MediaHit> MediaTracker::rtp(const Target &target, const std::shared_ptr<Call> &call,
                                          const Datagram &d) {
    const auto packet = wire::rtp::Packet::parse(d.payload);
    if (!packet)
        return std::nullopt;
    MediaStream *s = stream(*call, d, packet->ssrc(), *target.line);
    if (s == nullptr)
        return std::nullopt;
    ++s->packets;
    s->bytes += d.payload.size();
    s->last = d.at;
    const std::uint8_t pt = packet->payload_type();
    if (std::find(s->payload_types.begin(), s->payload_types.end(), pt) == s->payload_types.end()) {
        s->payload_types.push_back(pt);
        if (const auto named = target.line->codecs.find(pt); named != target.line->codecs.end())
            s->codecs.insert(*named);
        else if (const auto fixed = wire::rtp::static_codec(pt))
            s->codecs.emplace(pt, *fixed);
    }
    // RFC 4733 section 2.5.1.2: all packets of an event carry the timestamp of its begin.
    const auto codec = s->codecs.find(pt);
    if (codec != s->codecs.end() && codec->second.name == "telephone-event" && !s->encrypted &&
        s->event_at_ != packet->timestamp()) {
        const auto event = wire::rtp::TelephoneEvent::parse(packet->payload());
        const auto digit = event ? wire::rtp::digit_of(event->event) : std::nullopt;
        if (digit && s->digits.size() < base::limits::trace_digits)
            s->digits += *digit;
        s->event_at_ = packet->timestamp();
    }
    return hit(call, *s, target.line, false);
}

// RTCP belongs to the stream whose sender made it.
std::optional<MediaHit> MediaTracker::rtcp(const Target &target, const std::shared_ptr<Call> &call,
                                           const Datagram &d) {
    const auto compound = wire::rtp::RtcpCompound::parse(d.payload);
    if (!compound)
        return std::nullopt;
    const auto sender = wire::rtp::sender_of(*compound->begin());
    if (!sender)
        return std::nullopt;
    auto &streams = call->streams();
    const auto found = std::find_if(streams.begin(), streams.end(), [&](const MediaStream &s) {
        return s.ssrc == *sender && s.src.ip == d.src.ip;
    });
    if (found == streams.end())
        return std::nullopt;
    ++found->rtcp_packets;
    found->last = d.at;
    return hit(call, *found, target.line, true);
}

} // namespace cord::engine::trace
