#include "engine/trace/sctp.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace cord::engine::trace {

// RFC 9260 section 3: a header of twelve bytes, then chunks, each with type, flags and length, padded to a
// multiple of four.
std::span<const SctpMessages::Message> SctpMessages::add(const Way &hosts, base::Bytes packet) {
    constexpr std::size_t common_header = 12;
    constexpr std::uint8_t data_chunk = 0;
    constexpr std::size_t data_header = 16;
    found_.clear();
    joined_.clear();
    if (packet.size() < common_header)
        return {};
    Way way = hosts;
    way.src.port = base::load16(&packet[0]);
    way.dst.port = base::load16(&packet[2]);
    base::Bytes rest = packet.subspan(common_header);
    while (rest.size() >= 4) {
        const std::size_t length = base::load16(&rest[2]);
        if (length < 4 || length > rest.size())
            break;
        // Section 3.3.1: "A DATA chunk with a User Data field of length L will have the Length field set to
        // (16 + L)".
        if (rest[0] == data_chunk && length > data_header)
            take(way, base::load32(&rest[4]),
                 {(rest[1] & 0x02) != 0, (rest[1] & 0x01) != 0,
                  rest.subspan(data_header, length - data_header)});
        rest = rest.subspan(std::min((length + 3) / 4 * 4, rest.size()));
    }
    // Moved only now: growing the vector would move strings that are pointed at.
    std::size_t next = 0;
    for (Message &m : found_)
        if (m.data.empty())
            m.data = base::as_bytes(joined_[next++]);
    return found_;
}

void SctpMessages::take(const Way &way, std::uint32_t tsn, const Chunk &chunk) {
    if (chunk.begin && chunk.end) {
        found_.push_back({way, chunk.data});
        return;
    }
    const std::size_t cost = sizeof(Piece) + chunk.data.size();
    if (waiting_ + cost > base::limits::trace_sctp_waiting) {
        pieces_.clear();
        waiting_ = 0;
    }
    const Key key{way, tsn};
    if (!pieces_.emplace(key, Piece{chunk.begin, chunk.end, std::string(base::as_text(chunk.data))}).second)
        return;
    waiting_ += cost;
    if (const auto first = first_of(key))
        join(way, *first);
}

// RFC 9260 section 6.9: fragments of a message have sequence numbers in a row. Nothing while one is missing,
// or where there are more than any message has.
std::optional<std::uint32_t> SctpMessages::first_of(const Key &key) const {
    const auto piece = [&](std::uint32_t tsn) -> const Piece * {
        const auto found = pieces_.find({key.first, tsn});
        return found == pieces_.end() ? nullptr : &found->second;
    };
    std::uint32_t last = key.second;
    std::uint32_t first = key.second;
    const auto too_many = [&] { return last - first > base::limits::trace_sctp_fragments; };
    while (!piece(last)->end)
        if (piece(++last) == nullptr || piece(last)->begin || too_many())
            return std::nullopt;
    while (!piece(first)->begin)
        if (piece(--first) == nullptr || piece(first)->end || too_many())
            return std::nullopt;
    return first;
}

void SctpMessages::join(const Way &way, std::uint32_t first) {
    std::string whole;
    for (bool end = false; !end; ++first) {
        const auto found = pieces_.find({way, first});
        whole += found->second.data;
        end = found->second.end;
        waiting_ -= sizeof(Piece) + found->second.data.size();
        pieces_.erase(found);
    }
    joined_.push_back(std::move(whole));
    found_.push_back({way, {}});
}

} // namespace cord::engine::trace
