#include "engine/trace/tcp.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/limits.hpp"

namespace cord::engine::trace {
namespace {

// Farther off than any window: a new connection between the same ports whose SYN was not captured.
constexpr std::int64_t another_connection = std::int64_t{1} << 28;
// RFC 6298 waits a second for the first retransmission; what two seconds did not bring was not captured.
constexpr std::chrono::seconds patience(2);

} // namespace

std::optional<TcpSegment> TcpSegment::parse(base::Bytes b) {
    if (b.size() < 20)
        return std::nullopt;
    const std::size_t header = (b[12] >> 4) * 4U;
    if (header < 20 || header > b.size())
        return std::nullopt;
    TcpSegment s;
    s.src_port = base::load16(&b[0]);
    s.dst_port = base::load16(&b[2]);
    s.sequence = base::load32(&b[4]);
    s.fin = (b[13] & 0x01) != 0;
    s.syn = (b[13] & 0x02) != 0;
    s.rst = (b[13] & 0x04) != 0;
    s.payload = b.subspan(header);
    return s;
}

void TcpDirection::restart(std::uint32_t sequence) {
    started_ = true;
    closed_ = false;
    first_ = sequence;
    // Far from zero, so that what came before can be told from what comes after.
    next_ = (std::uint64_t{1} << 32) + sequence;
    waiting_.clear();
    waiting_bytes_ = 0;
}

bool TcpDirection::starts_anew(const TcpSegment &syn) const { return started_ && syn.sequence + 1 != first_; }

void TcpDirection::push(const TcpSegment &segment, Stamp at) {
    now_ = at;
    ready_ = {};
    ready_after_gap_ = false;
    // RFC 9293 section 3.4: the SYN takes the first sequence number, data follow it.
    const std::uint32_t first = segment.sequence + (segment.syn ? 1 : 0);
    std::int64_t distance = static_cast<std::int32_t>(first - static_cast<std::uint32_t>(next_));
    if (!started_ || (segment.syn && distance != 0) || std::llabs(distance) > another_connection) {
        ready_after_gap_ = started_ || !segment.syn;
        restart(first);
        distance = 0;
    }
    base::Bytes payload = segment.payload;
    if (distance < 0) {
        const auto known = static_cast<std::size_t>(-distance);
        payload = payload.subspan(std::min(known, payload.size()));
        distance = 0;
    }
    if (segment.fin || segment.rst)
        closed_ = true;
    if (payload.empty())
        return;
    if (distance > 0)
        return hold(next_ + static_cast<std::uint64_t>(distance), payload, at);
    ready_ = payload;
    next_ += payload.size();
}

void TcpDirection::hold(std::uint64_t position, base::Bytes payload, Stamp at) {
    Waiting &w = waiting_[position];
    if (w.bytes.size() >= payload.size())
        return;
    if (w.bytes.empty())
        w.since = at;
    waiting_bytes_ += payload.size() - w.bytes.size();
    w.bytes.assign(payload.begin(), payload.end());
}

bool TcpDirection::overdue() const {
    return closed_ || waiting_bytes_ > base::limits::trace_tcp_waiting ||
           now_ - waiting_.begin()->second.since > patience;
}

std::optional<TcpDirection::Chunk> TcpDirection::next() {
    if (!ready_.empty()) {
        const Chunk chunk{ready_, ready_after_gap_};
        ready_ = {};
        ready_after_gap_ = false;
        return chunk;
    }
    while (!waiting_.empty()) {
        const std::uint64_t position = waiting_.begin()->first;
        const bool gap = position > next_;
        if (gap && !overdue())
            return std::nullopt;
        current_ = std::move(waiting_.begin()->second.bytes);
        waiting_bytes_ -= current_.size();
        waiting_.erase(waiting_.begin());
        if (position + current_.size() <= next_)
            continue;
        gaps_ += gap ? 1 : 0;
        const std::size_t known = gap ? 0 : next_ - position;
        next_ = position + current_.size();
        return Chunk{base::Bytes(current_).subspan(known), gap};
    }
    return std::nullopt;
}

} // namespace cord::engine::trace
