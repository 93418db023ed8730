#include "io/codec/sequencer.hpp"

#include <algorithm>
#include <cstdlib>

#include "wire/rtp/sequence.hpp"

namespace cord::io::codec {

using wire::rtp::distance;
using wire::rtp::Packet;

// RFC 3550 section A.1: what is further ahead or behind is no loss or delay but a restart.
static constexpr std::int64_t max_dropout = 3000;
static constexpr std::int64_t max_misorder = 100;

void Sequencer::push(const Packet &packet) {
    ++counts_.received;
    if (!ssrc_)
        return static_cast<void>(begin(packet));
    const std::int64_t ahead = distance(static_cast<std::uint16_t>(next_), packet.sequence());
    if (packet.ssrc() != *ssrc_ || ahead >= max_dropout || ahead < -max_misorder)
        return suspect(packet);
    forget_suspect();
    if (ahead < 0)
        ++counts_.late;
    else
        hold(packet, next_ + ahead, false);
}

void Sequencer::hold(const Packet &packet, std::int64_t sequence, bool begins) {
    auto at = std::lower_bound(held_.begin(), held_.end(), sequence,
                               [](const Held &h, std::int64_t s) { return h.sequence < s; });
    if (at != held_.end() && at->sequence == sequence) {
        ++counts_.late;
        return;
    }
    if (at != held_.end())
        ++counts_.reordered;
    const base::Bytes bytes = packet.bytes();
    held_.insert(at, {sequence, begins, {bytes.begin(), bytes.end()}});
}

/// Section A.1: "two sequential packets … assume that the other side restarted without telling us"; they may
/// have overtaken each other.
void Sequencer::suspect(const Packet &packet) {
    const std::vector<std::uint8_t> kept = suspect_;
    if (auto first = Packet::parse(kept); first && first->ssrc() == packet.ssrc()) {
        const std::int64_t after = distance(first->sequence(), packet.sequence());
        if (after != 0 && std::abs(after) < max_misorder) {
            suspect_.clear();
            const bool swapped = after < 0;
            const std::int64_t begun = begin(swapped ? packet : *first);
            hold(swapped ? *first : packet, begun + std::abs(after), false);
            return;
        }
    }
    forget_suspect();
    suspect_.assign(packet.bytes().begin(), packet.bytes().end());
}

void Sequencer::forget_suspect() {
    if (auto packet = Packet::parse(suspect_))
        ++(packet->ssrc() == ssrc_ ? counts_.wild : counts_.stray);
    suspect_.clear();
}

/// Gives the extended sequence number of the source's first packet.
std::int64_t Sequencer::begin(const Packet &packet) {
    ++counts_.sources;
    ssrc_ = packet.ssrc();
    // A round of the 16 bits further on than anything held, so that the old source's packets come out first.
    const std::int64_t last = held_.empty() ? next_ : std::max(next_, held_.back().sequence);
    const std::int64_t sequence = ((last >> 16) + 1) * 65536 + packet.sequence();
    hold(packet, sequence, true);
    flush_before_ = sequence + 1;
    return sequence;
}

std::optional<InOrder> Sequencer::pop() {
    if (held_.empty())
        return {};
    const Held &first = held_.front();
    if (first.sequence != next_ && first.sequence >= flush_before_ && held_.size() <= window_)
        return {};
    const std::uint32_t lost = first.begins ? 0 : static_cast<std::uint32_t>(first.sequence - next_);
    counts_.lost += lost;
    next_ = first.sequence + 1;
    current_ = std::move(held_.front());
    held_.erase(held_.begin());
    return InOrder{*Packet::parse(current_.bytes), current_.begins, lost};
}

void Sequencer::finish() {
    if (auto last = Packet::parse(suspect_))
        begin(*last);
    suspect_.clear();
    flush_before_ = INT64_MAX;
}

} // namespace cord::io::codec
