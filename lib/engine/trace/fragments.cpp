#include "engine/trace/fragments.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"

namespace cord::engine::trace {

// RFC 8200 section 4.5: "If insufficient fragments are received to complete reassembly of a packet within 60
// seconds of the reception of the first-arriving fragment of that packet, reassembly of that packet must be
// abandoned".
void Fragments::make_room(Stamp now) {
    constexpr std::chrono::seconds patience(60);
    if (partial_.size() < base::limits::trace_fragmented)
        return;
    auto oldest = partial_.begin();
    for (auto it = partial_.begin(); it != partial_.end();) {
        if (now - it->second.since > patience) {
            give_up(it->second, counts_);
            it = partial_.erase(it);
            oldest = partial_.begin();
            continue;
        }
        if (it->second.since < oldest->second.since)
            oldest = it;
        ++it;
    }
    if (partial_.size() >= base::limits::trace_fragmented) {
        give_up(oldest->second, counts_);
        partial_.erase(oldest);
    }
}

void Fragments::give_up(const Partial &partial, FragmentCounts &counts) {
    ++(partial.present.test(0) ? counts.incomplete : counts.headless);
}

FragmentCounts Fragments::counts() const {
    FragmentCounts out = counts_;
    for (const auto &[key, partial] : partial_)
        give_up(partial, out);
    return out;
}

// What came first stays: of two fragments that overlap, hosts differ in which they believe.
void Fragments::copy(Partial &to, const IpPacket &piece) {
    const std::size_t end = piece.offset + piece.payload.size();
    if (to.bytes.size() < end)
        to.bytes.resize(end);
    for (std::size_t at = piece.offset; at < end; at += unit) {
        if (to.present.test(at / unit))
            continue;
        to.present.set(at / unit);
        std::memcpy(&to.bytes[at], &piece.payload[at - piece.offset], std::min(unit, end - at));
    }
}

std::optional<IpPacket> Fragments::add(const IpPacket &piece, Stamp at) {
    // RFC 8200 section 4.5: all pieces but the last are multiples of eight bytes long.
    if (piece.cut || piece.payload.empty() || piece.offset + piece.payload.size() > largest ||
        (piece.more && piece.payload.size() % unit != 0)) {
        ++counts_.unusable;
        return std::nullopt;
    }
    const Key key{piece.src, piece.dst, piece.id, piece.protocol};
    auto found = partial_.find(key);
    if (found == partial_.end()) {
        make_room(at);
        found = partial_.emplace(key, Partial{at, {}, {}, {}}).first;
    }
    Partial &datagram = found->second;
    copy(datagram, piece);
    if (!piece.more)
        datagram.total = piece.offset + piece.payload.size();
    if (!datagram.total || datagram.bytes.size() < *datagram.total ||
        datagram.present.count() < (*datagram.total + unit - 1) / unit)
        return std::nullopt;
    ++counts_.whole;
    whole_ = std::move(datagram.bytes);
    whole_.resize(*datagram.total);
    partial_.erase(found);
    IpPacket out = piece;
    out.offset = 0;
    out.more = false;
    out.payload = whole_;
    return out;
}

} // namespace cord::engine::trace
