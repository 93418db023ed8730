#include "engine/media/flow.hpp"

#include <algorithm>

#include "engine/media/rewrite.hpp"
#include "wire/rtp/telephone_event.hpp"

namespace cord::engine::media {
namespace {

bool is_telephone_event(const Codec &codec) { return codec.name == "telephone-event"; }

std::uint32_t scaled(std::uint64_t value, std::uint32_t from_rate, std::uint32_t to_rate) {
    return static_cast<std::uint32_t>(from_rate == 0 ? value : value * to_rate / from_rate);
}

/// The duration in an event counts in the clock of its payload type.
void scale_duration(const PayloadRule &rule, std::size_t payload_at, Datagram &datagram) {
    auto event = wire::rtp::TelephoneEvent::parse(base::Bytes(datagram.bytes()).subspan(payload_at));
    if (!event || rule.from_codec.clock_rate == rule.to_codec.clock_rate)
        return;
    event->duration = static_cast<std::uint16_t>(
        std::min(scaled(event->duration, rule.from_codec.clock_rate, rule.to_codec.clock_rate), 0xffffU));
    std::ranges::copy(event->bytes(), datagram.data + payload_at);
}

} // namespace

void Flow::apply(const std::vector<PayloadRule> &rules, TranscodeId &next_id, Outbox &out) {
    std::vector<Rule> before = std::exchange(rules_, {});
    by_type_ = no_types();
    renumbers_ = false;
    for (const PayloadRule &plan : rules) {
        if (plan.from > 127 || rules_.size() == 127)
            continue;
        Rule rule{plan};
        auto kept = std::ranges::find(before, plan, &Rule::plan);
        if (kept != before.end()) {
            rule.transcoder = kept->transcoder;
            before.erase(kept);
        } else if (plan.transcode) {
            rule.transcoder = next_id++;
            out.opened.push_back(
                {rule.transcoder, plan.from_codec, plan.to_codec, plan.from, plan.to, plan.ptime_ms});
            transcoder_offset_.reset();
        }
        renumbers_ |= plan.transcode;
        by_type_[plan.from] = static_cast<std::int8_t>(rules_.size());
        rules_.push_back(std::move(rule));
    }
    for (const Rule &gone : before)
        if (gone.transcoder != 0)
            out.closed.push_back(gone.transcoder);
}

void Flow::close(Outbox &out) {
    for (const Rule &rule : rules_)
        if (rule.transcoder != 0)
            out.closed.push_back(rule.transcoder);
    rules_.clear();
    by_type_ = no_types();
}

const Flow::Rule *Flow::rule(std::uint8_t payload_type) const {
    std::int8_t at = by_type_[payload_type & 0x7f];
    return at < 0 ? nullptr : &rules_[static_cast<std::size_t>(at)];
}

void Flow::rewrite(const Rule &rule, const wire::rtp::Packet &packet, Datagram &datagram) {
    if (is_telephone_event(rule.plan.from_codec))
        scale_duration(rule.plan, packet.payload_at(), datagram);
    if (renumbers_) {
        wire::rtp::set_timestamp(datagram.bytes(), map_timestamp(rule, packet));
        wire::rtp::set_sequence(datagram.bytes(), next_sequence_++);
    }
    wire::rtp::set_payload_type(datagram.bytes(), rule.plan.to);
    strip_extension(datagram);
}

void Flow::note_transcoded_input(const Rule &rule, const wire::rtp::Packet &packet) {
    const std::uint32_t mapped = map_timestamp(rule, packet);
    if (!transcoder_offset_ && !first_input_)
        first_input_ = mapped;
}

bool Flow::rewrite_transcoded(const Rule &rule, Datagram &datagram) {
    auto packet = wire::rtp::Packet::parse(datagram.bytes());
    if (!anchor_ || !packet)
        return false;
    if (!transcoder_offset_) {
        transcoder_offset_ = first_input_.value_or(last_out_) - packet->timestamp();
        first_input_.reset();
    }
    wire::rtp::set_timestamp(datagram.bytes(), packet->timestamp() + *transcoder_offset_);
    wire::rtp::set_sequence(datagram.bytes(), next_sequence_++);
    wire::rtp::set_ssrc(datagram.bytes(), anchor_->ssrc);
    wire::rtp::set_payload_type(datagram.bytes(), rule.plan.to);
    return true;
}

std::uint32_t Flow::map_timestamp(const Rule &rule, const wire::rtp::Packet &packet) {
    const bool event = is_telephone_event(rule.plan.from_codec);
    const std::uint32_t in_rate = rule.plan.from_codec.clock_rate;
    const std::uint32_t out_rate = rule.plan.to_codec.clock_rate;
    // Browsers stamp events with the clock of the audio about them, whatever the payload type says: events
    // never move the anchor that audio has set.
    const bool moved = !anchor_ || anchor_->ssrc != packet.ssrc() ||
                       (!event && (anchor_->in_rate != in_rate || anchor_->out_rate != out_rate));
    if (moved) {
        if (anchor_ && anchor_->ssrc != packet.ssrc()) {
            unwrapper_ = {};
            transcoder_offset_.reset();
            first_input_.reset();
        }
        const std::uint32_t one_frame = out_rate / 50;
        anchor_ = Anchor{packet.ssrc(), unwrapper_.unwrap(packet.timestamp()), last_out_ + one_frame, in_rate,
                         out_rate};
    }
    const std::int64_t since = unwrapper_.unwrap(packet.timestamp()) - anchor_->in;
    // Late packets lie before the anchor: scale the distance, then go the right way.
    const auto distance =
        scaled(static_cast<std::uint64_t>(since < 0 ? -since : since), anchor_->in_rate, anchor_->out_rate);
    const std::uint32_t mapped = since < 0 ? anchor_->out - distance : anchor_->out + distance;
    if (wire::rtp::distance(last_out_, mapped) > 0)
        last_out_ = mapped;
    return mapped;
}

} // namespace cord::engine::media
