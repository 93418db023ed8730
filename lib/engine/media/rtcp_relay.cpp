#include "engine/media/rtcp_relay.hpp"

#include "wire/rtp/rtcp.hpp"

namespace cord::engine::media {
namespace {

using wire::rtp::RtcpCompound;
using wire::rtp::RtcpPart;
using wire::rtp::RtcpType;

std::optional<std::uint32_t> word(const RtcpPart &part, std::size_t n) {
    return part.body.size() >= 4 * n + 4 ? std::optional(base::load32(part.body.data() + 4 * n))
                                         : std::nullopt;
}

/// The source whose media the part is about, and whether it is the sender's own media or what it receives.
struct Subject {
    std::optional<std::uint32_t> ssrc;
    bool of_receiver = false;
};

Subject subject_of(const RtcpPart &part) {
    switch (part.type) {
    case RtcpType::receiver_report: return {word(part, 1), true};
    case RtcpType::transport_feedback: return {word(part, 1), true};
    // RFC 5104 section 4.3.1.1: FIR names its source inside, and has zero where others have it.
    case RtcpType::payload_feedback: return {wire::rtp::is_fir(part) ? word(part, 2) : word(part, 1), true};
    default: return {word(part, 0), false};
    }
}

std::optional<std::size_t> stream_of(const RtcpPart &part, const Side &from, const Side &to,
                                     std::size_t transport) {
    Subject subject = subject_of(part);
    std::optional<std::size_t> found;
    if (subject.ssrc)
        found = (subject.of_receiver ? to : from).stream_of_source(*subject.ssrc);
    return found ? found : from.first_stream(transport);
}

bool is_passed(const RtcpPart &part, const Stream &from, const Stream &to) {
    switch (part.type) {
    // What a sender says of its packets, and a receiver of what it got, does not fit packets that a
    // transcoder has numbered.
    case RtcpType::sender_report: return from.payloads.transcoder() == 0 && to.payloads.transcoder() == 0;
    case RtcpType::receiver_report: return to.payloads.transcoder() == 0;
    // Nor does a name: our own reports on such packets give them ours.
    case RtcpType::source_description: return from.payloads.transcoder() == 0;
    case RtcpType::bye: return true;
    case RtcpType::payload_feedback:
        return wire::rtp::is_pli(part) || wire::rtp::is_fir(part) || to.plan.feedback;
    // transport-cc counts packets by a header extension, which is taken out.
    case RtcpType::transport_feedback: return to.plan.feedback && part.count != wire::rtp::fmt_transport_cc;
    case RtcpType::application:
    case RtcpType::extended_report: return false;
    }
    return false;
}

/// Our own reports tell a sender when its report came.
void note_sender_report(Side &from, const RtcpPart &part, base::Time now) {
    auto info = wire::rtp::sender_info(part);
    auto n = info ? from.stream_of_source(info->ssrc) : std::nullopt;
    if (n)
        from.streams[*n]->reception.note(*info, now);
}

/// Who encodes for a receiver wants to know what it loses: FEC is worth its bits only then.
void tell_transcoders(const RtcpPart &part, const Side &to, Outbox &out) {
    for (const wire::rtp::ReportBlock &block : wire::rtp::report_blocks(part))
        if (auto n = to.stream_of_source(block.ssrc); n && to.streams[*n]->payloads.transcoder() != 0)
            out.transcodes.push_back({to.streams[*n]->payloads.transcoder(), part.bytes});
}

/// A receiver's highest sequence number is one that we have given: the source knows it by its own.
void renumber(base::MutableBytes report, RtcpType type, const Line &line) {
    // RFC 3550 sections 6.4.1 and 6.4.2: where the blocks begin, and the fourth word's place in one.
    constexpr std::size_t block_size = 24, highest_at = 8;
    std::size_t at = type == RtcpType::sender_report ? 28 : 8;
    for (std::size_t n = report[0] & 0x1fU; n > 0 && at + block_size <= report.size();
         --n, at += block_size) {
        std::uint8_t *highest = report.data() + at + highest_at;
        const std::int32_t shift = line.shift(base::load32(report.data() + at));
        base::store32(highest, base::load32(highest) - static_cast<std::uint32_t>(shift));
    }
}

bool begins_compound(RtcpType type) {
    return type == RtcpType::sender_report || type == RtcpType::receiver_report;
}

} // namespace

void relay_rtcp(Side &from, Side &to, std::size_t transport, base::Bytes compound, base::Time now,
                Outbox &out) {
    auto parts = RtcpCompound::parse(compound);
    if (!parts)
        return from.transports[transport].count_malformed();
    if (auto first = from.first_stream(transport)) {
        Counters &counters = from.streams[*first]->rtcp_received;
        ++counters.packets;
        counters.bytes += compound.size();
        counters.last = now;
    }
    for (const RtcpPart &part : *parts) {
        if (part.type == RtcpType::sender_report)
            note_sender_report(from, part, now);
        if (begins_compound(part.type))
            tell_transcoders(part, to, out);
    }
    for (std::size_t target = 0; target < to.transports.size(); ++target) {
        std::vector<std::uint8_t> bytes(head_room);
        for (const RtcpPart &part : *parts) {
            auto n = stream_of(part, from, to, transport);
            if (!n || *n >= to.streams.size() || !to.streams[*n] || !from.streams[*n] ||
                to.streams[*n]->plan.transport != target ||
                !is_passed(part, *from.streams[*n], *to.streams[*n]))
                continue;
            // RFC 3550 section 6.1: the first packet of a compound MUST be a report.
            if (bytes.size() == head_room && !begins_compound(part.type))
                wire::rtp::append_receiver_report(bytes, word(part, 0).value_or(0), {});
            bytes.insert(bytes.end(), part.bytes.begin(), part.bytes.end());
            if (begins_compound(part.type))
                renumber(base::MutableBytes(bytes).last(part.bytes.size()), part.type,
                         from.streams[*n]->line);
        }
        if (bytes.size() == head_room)
            continue;
        Datagram datagram = out.keep_with_room(std::move(bytes));
        (void)to.transports[target].send(Content::rtcp, datagram, out); // RTCP is said again in time
    }
}

bool request_key_frame(Side &side, std::size_t stream, std::uint32_t own_ssrc, Outbox &out) {
    const Stream &s = *side.streams[stream];
    if (!s.media_source)
        return false;
    std::vector<std::uint8_t> bytes(head_room);
    wire::rtp::append_receiver_report(bytes, own_ssrc, {});
    wire::rtp::append_pli(bytes, own_ssrc, *s.media_source);
    Datagram datagram = out.keep_with_room(std::move(bytes));
    return side.transports[s.plan.transport].send(Content::rtcp, datagram, out) == nullptr;
}

} // namespace cord::engine::media
