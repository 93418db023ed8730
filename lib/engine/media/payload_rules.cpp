#include "engine/media/payload_rules.hpp"

#include <algorithm>

#include "engine/media/rewrite.hpp"
#include "wire/rtp/telephone_event.hpp"

namespace cord::engine::media {
namespace {

/// The duration in an event counts in the clock of its payload type (RFC 4733 section 2.3.5).
void scale_duration(const PayloadRule &rule, std::size_t payload_at, Datagram &datagram) {
    const std::uint64_t from = rule.from_codec.clock_rate;
    const std::uint64_t to = rule.to_codec.clock_rate;
    auto event = wire::rtp::TelephoneEvent::parse(base::Bytes(datagram.bytes()).subspan(payload_at));
    if (!event || from == to || from == 0)
        return;
    event->duration =
        static_cast<std::uint16_t>(std::min<std::uint64_t>(event->duration * to / from, 0xffff));
    std::ranges::copy(event->bytes(), datagram.data + payload_at);
}

} // namespace

ActiveRule::ActiveRule(const PayloadRule &rule)
    : PayloadRule(rule), is_retransmission(rule.from_codec.name == "rtx"),
      is_event(rule.from_codec.name == "telephone-event") {}

void PayloadRules::apply(const std::vector<PayloadRule> &rules, TranscodeId &next_id, Outbox &out) {
    if (rules == planned_)
        return;
    planned_ = rules;
    if (transcoder_ != 0)
        out.closed.push_back(std::exchange(transcoder_, 0));
    rules_.clear();
    by_type_ = no_types();
    for (const PayloadRule &rule : rules) {
        if (rule.from > 127 || by_type_[rule.from] >= 0)
            continue;
        by_type_[rule.from] = static_cast<std::int8_t>(rules_.size());
        rules_.emplace_back(rule);
    }
    if (std::ranges::any_of(rules_, &PayloadRule::transcode))
        open(next_id++, out);
}

void PayloadRules::open(TranscodeId id, Outbox &out) {
    transcoder_ = id;
    OpenTranscoder &opened = out.opened.emplace_back();
    opened.id = id;
    opened.start = next_;
    const PayloadRule &wanted = *std::ranges::find_if(rules_, &PayloadRule::transcode);
    opened.to[wanted.to] = wanted.to_codec;
    made_clock_rate_ = wanted.to_codec.clock_rate;
    made_payload_type_ = wanted.to;
    for (const ActiveRule &rule : rules_) {
        opened.from[rule.from] = rule.from_codec;
        if (rule.is_event)
            opened.to[rule.to] = rule.to_codec;
    }
}

const ActiveRule *PayloadRules::rule(std::uint8_t payload_type) const {
    std::int8_t at = by_type_[payload_type & 0x7f];
    return at < 0 ? nullptr : &rules_[static_cast<std::size_t>(at)];
}

void PayloadRules::rewrite(const ActiveRule &rule, const wire::rtp::Packet &packet, Datagram &datagram) {
    if (rule.is_event)
        scale_duration(rule, packet.payload_at(), datagram);
    wire::rtp::set_payload_type(datagram.bytes(), rule.to);
    strip_extension(datagram);
}

base::Result<wire::rtp::Packet> PayloadRules::adopt(const Datagram &made, std::uint32_t source) {
    auto packet = wire::rtp::Packet::parse(made.bytes());
    if (!packet)
        return packet;
    // After a pause of 20 ms at 48 kHz: never back.
    next_ = {source, static_cast<std::uint16_t>(packet->sequence() + 1), packet->timestamp() + 960};
    wire::rtp::set_ssrc(made.bytes(), source);
    return packet;
}

} // namespace cord::engine::media
