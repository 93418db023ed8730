#include "engine/media/session.hpp"

#include <algorithm>
#include <utility>

#include "engine/media/barrier.hpp"
#include "engine/media/reports.hpp"
#include "engine/media/rewrite.hpp"
#include "engine/media/rtcp_relay.hpp"

namespace cord::engine::media {
namespace {

constexpr std::uint8_t other(std::uint8_t side) { return side ^ 1; }

void count(Counters &counters, std::size_t bytes, base::Time now) {
    ++counters.packets;
    counters.bytes += bytes;
    counters.last = now;
}

} // namespace

void Session::apply(const Plan &plan, dtls::HandshakerFactory &handshakers, TranscodeId &next_id,
                    base::Time now, Outbox &out) {
    for (std::uint8_t n = 0; n < 2; ++n)
        sides_[n].apply(plan.sides[n], handshakers, next_id, now, out);
    recording_ = plan.recording;
    last_packet_ = now; // signalling is a sign of life: an answer begins the time for the first packet
    if (silence_check_ == base::never)
        silence_check_ = now + timeouts_.silence;
    plan_reports(now);
    after_transports(out);
}

void Session::plan_reports(base::Time now) {
    for (std::uint8_t side = 0; side < 2; ++side)
        for (std::size_t n = 0; n < sides_[side].streams.size(); ++n) {
            const auto &streams = sides_[other(side)].streams;
            if (sides_[side].streams[n] &&
                (n >= streams.size() || !streams[n] || streams[n]->payloads.transcoder() == 0))
                sides_[side].streams[n]->made.reset();
        }
    if (!needs_reports(sides_[0]) && !needs_reports(sides_[1]))
        report_due_ = base::never;
    else if (report_due_ == base::never)
        report_due_ = now + report_interval;
}

void Session::close(Outbox &out) {
    for (Side &side : sides_)
        side.close(out);
}

void Session::receive(std::uint8_t side, std::size_t transport, const Arrival &arrival, Datagram datagram,
                      base::Time now, Outbox &out) {
    const Content content = sides_[side].transports[transport].receive(arrival, datagram, now, out);
    if (recording_ != 0 && (content == Content::rtp || content == Content::rtcp)) {
        const base::Bytes bytes = datagram.bytes();
        out.overheard.push_back(
            {recording_, arrival.port, arrival.from, out.keep({bytes.begin(), bytes.end()})});
    }
    switch (content) {
    case Content::rtp: forward_rtp(side, transport, datagram, now, out); break;
    case Content::rtcp:
        relay_rtcp(sides_[side], sides_[other(side)], transport, datagram.bytes(), now, out);
        break;
    default: after_transports(out); break;
    }
}

void Session::forward_rtp(std::uint8_t side, std::size_t transport, Datagram datagram, base::Time now,
                          Outbox &out) {
    auto packet = wire::rtp::Packet::parse(datagram.bytes());
    if (!packet)
        return sides_[side].transports[transport].count_malformed();
    auto n = sides_[side].stream_of(transport, *packet);
    if (!n)
        return sides_[side].transports[transport].count_malformed();
    Stream &from = *sides_[side].streams[*n];
    const ActiveRule *rule = from.payloads.rule(packet->payload_type());
    if (rule != nullptr && !rule->is_retransmission)
        from.media_source = packet->ssrc();
    note_arrival(side, *n, datagram.size, now, out);
    if (!from.plan.receives) {
        ++from.drops.held;
        return;
    }
    if (rule == nullptr) {
        ++from.drops.unknown_payload_type;
        from.unknown_payload_type = packet->payload_type();
        return;
    }
    if (!std::exchange(from.started, true))
        out.events.push_back({id_, side, Event::What::media_started, ""});
    if (!rule->is_retransmission)
        from.reception.note(*packet, rule->from_codec.clock_rate, now);
    const bool silenced = from.plan.barrier.sound && from.plan.kind == Kind::audio && !rule->is_event;
    if (silenced && !silence(rule->from_codec, datagram))
        return leave_out(side, *n, datagram);
    if (from.payloads.transcoder() != 0) {
        strip_extension(datagram);
        out.transcodes.push_back({from.payloads.transcoder(), datagram.bytes()});
        return;
    }
    PayloadRules::rewrite(*rule, *packet, datagram);
    pass_on(side, *n, datagram, rule->is_event, rule->to_codec.clock_rate, out);
}

void Session::note_arrival(std::uint8_t side, std::size_t stream, std::size_t bytes, base::Time now,
                           Outbox &out) {
    Stream &s = *sides_[side].streams[stream];
    count(s.received, bytes, now);
    last_packet_ = now;
    ever_ = now;
    if (s.key_frame_wanted)
        ask_key_frame(side, stream, out);
}

/// Brings a packet of `side` that fits the other one there, unless something keeps it from passing.
bool Session::pass_on(std::uint8_t side, std::size_t stream, Datagram datagram, bool is_event,
                      std::uint32_t clock_rate, Outbox &out) {
    Stream &from = *sides_[side].streams[stream];
    Side &to = sides_[other(side)];
    if (stream >= to.streams.size() || !to.streams[stream]) {
        ++from.drops.no_way_out;
        return false;
    }
    Stream &target = *to.streams[stream];
    const Barrier &barrier = from.plan.barrier;
    if (barrier.media || (is_event && !disguise(barrier, own_ssrc_, datagram))) {
        leave_out(side, stream, datagram);
        return false;
    }
    // Keys are pressed among sound alone; pictures have sources beside each other, and repairs that name
    // numbers (RFC 4588).
    if (target.plan.kind == Kind::audio &&
        !target.line.pass(datagram.bytes(), is_event ? 0 : clock_rate, last_packet_)) {
        ++from.drops.left_out;
        return false;
    }
    if (auto cause = send_rtp(other(side), target, datagram, out)) {
        ++(from.drops.*cause);
        return false;
    }
    return true;
}

/// The packet of `side` goes nowhere; in sound the other one sees no gap.
void Session::leave_out(std::uint8_t side, std::size_t stream, const Datagram &datagram) {
    ++sides_[side].streams[stream]->drops.left_out;
    auto &targets = sides_[other(side)].streams;
    if (stream < targets.size() && targets[stream] && targets[stream]->plan.kind == Kind::audio)
        targets[stream]->line.leave_out(datagram.bytes());
}

/// Sends to the peer of `side`.
Drops::Cause Session::send_rtp(std::uint8_t side, Stream &target, Datagram datagram, Outbox &out) {
    add_mid(datagram, target.plan.mid_extension, target.plan.mid);
    if (auto cause = sides_[side].transports[target.plan.transport].send(Content::rtp, datagram, out))
        return cause;
    count(target.sent, out.sends.back().bytes.size(), last_packet_);
    return nullptr;
}

void Session::set_barrier(std::uint8_t side, const Barrier &barrier, Outbox &out) {
    for (std::size_t n = 0; n < sides_[side].streams.size(); ++n)
        if (auto &stream = sides_[side].streams[n]) {
            const bool opens = std::exchange(stream->plan.barrier, barrier).media && !barrier.media;
            if (opens) // what a picture builds on was kept back
                ask_key_frame(side, n, out);
        }
}

void Session::press(std::uint8_t side, const Key &key, base::Time now) {
    for (std::optional<Stream> &stream : sides_[side].streams)
        if (stream && !stream->plan.events.empty())
            return stream->line.press(key, now);
}

void Session::press_keys(std::uint8_t side, base::Time now, Outbox &out) {
    for (std::optional<Stream> &stream : sides_[side].streams)
        if (stream && stream->line.deadline() <= now)
            if (auto packet = stream->line.report(stream->plan.events, own_ssrc_, now))
                (void)send_rtp(side, *stream, out.keep_with_room(std::move(*packet)), out);
}

void Session::request_key_frames(std::uint8_t side, Outbox &out) {
    for (std::size_t n = 0; n < sides_[side].streams.size(); ++n)
        ask_key_frame(side, n, out);
}

void Session::transcoded(std::uint8_t side, TranscodeId id, Datagram rtp, Outbox &out) {
    for (std::size_t n = 0; n < sides_[side].streams.size(); ++n) {
        std::optional<Stream> &from = sides_[side].streams[n];
        if (!from || from->payloads.transcoder() != id || !from->media_source)
            continue;
        const auto &opposite = sides_[other(side)].streams;
        if (wire::rtp::kind_of(rtp.bytes()) == wire::rtp::Kind::rtcp) {
            if (n < opposite.size() && opposite[n] && opposite[n]->payloads.transcoder() != 0)
                out.transcodes.push_back({opposite[n]->payloads.transcoder(), rtp.bytes()});
            return;
        }
        auto packet = from->payloads.adopt(rtp, *from->media_source);
        if (!packet)
            return;
        const Made made{packet->ssrc(),
                        1,
                        static_cast<std::uint32_t>(packet->payload().size()),
                        packet->timestamp(),
                        from->payloads.made_clock_rate(),
                        last_packet_};
        if (pass_on(side, n, rtp, from->payloads.is_made_event(packet->payload_type()), made.clock_rate, out))
            add_up(sides_[other(side)].streams[n]->made, made);
        return;
    }
}

/// Asks for key frames where keys have become usable: what was sent before could not be read.
void Session::after_transports(Outbox &out) {
    for (std::uint8_t side = 0; side < 2; ++side)
        for (std::size_t t = 0; t < sides_[side].transports.size(); ++t) {
            if (!sides_[side].transports[t].take_secured())
                continue;
            for (std::size_t n = 0; n < sides_[side].streams.size(); ++n)
                if (sides_[side].streams[n] && sides_[side].streams[n]->plan.transport == t)
                    ask_key_frame(other(side), n, out);
        }
}

void Session::ask_key_frame(std::uint8_t side, std::size_t stream, Outbox &out) {
    if (stream >= sides_[side].streams.size() || !sides_[side].streams[stream])
        return;
    Stream &s = *sides_[side].streams[stream];
    s.key_frame_wanted =
        s.plan.kind == Kind::video && !request_key_frame(sides_[side], stream, own_ssrc_, out);
}

base::Time Session::deadline() const {
    base::Time first = std::min(silence_check_, report_due_);
    for (const Side &side : sides_)
        for (const Transport &transport : side.transports)
            first = std::min(first, transport.deadline());
    for (const Side &side : sides_)
        for (const std::optional<Stream> &stream : side.streams)
            if (stream)
                first = std::min(first, stream->line.deadline());
    return first;
}

void Session::on_deadline(base::Time now, Outbox &out) {
    for (Side &side : sides_)
        for (Transport &transport : side.transports)
            transport.on_deadline(now, out);
    after_transports(out);
    for (std::uint8_t side = 0; side < 2; ++side)
        press_keys(side, now, out);
    if (now >= report_due_) {
        for (Side &side : sides_)
            send_reports(side, own_ssrc_, now, out);
        report_due_ = now + report_interval;
    }
    if (now < silence_check_)
        return;
    // Packets do not move the deadline, they only say when they came.
    if (now >= last_packet_ + timeouts_.silence) {
        out.events.push_back({id_, 0, Event::What::media_timeout, "no packet from either side"});
        silence_check_ = now + timeouts_.silence;
    } else {
        silence_check_ = last_packet_ + timeouts_.silence;
    }
}

} // namespace cord::engine::media
