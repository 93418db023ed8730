// A datagram in a buffer with room at both ends, so that headers and tags are put on where it lies.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "wire/rtp/packet.hpp"

namespace cord::engine::media {

/// Room that a buffer has before the bytes received: a header extension for the mid.
inline constexpr std::size_t head_room = 64;
/// And behind them: the SRTP tag and index.
inline constexpr std::size_t tail_room = 64;

/// A view of `size` bytes that may grow by `head_room` to the front and `tail_room` to the back.
struct Datagram {
    std::uint8_t *data = nullptr;
    std::size_t size = 0;

    [[nodiscard]] base::MutableBytes bytes() const { return {data, size}; }
};

/// What a datagram is, by its first byte (RFC 7983 section 7, RFC 5761 section 4).
enum class Content : std::uint8_t { stun, dtls, rtp, rtcp, other };

[[nodiscard]] inline Content content_of(base::Bytes datagram) {
    if (datagram.size() < 2)
        return Content::other;
    const std::uint8_t first = datagram[0];
    if (first <= 3)
        return Content::stun;
    if (first >= 20 && first <= 63)
        return Content::dtls;
    switch (wire::rtp::kind_of(datagram)) {
    case wire::rtp::Kind::rtp: return Content::rtp;
    case wire::rtp::Kind::rtcp: return Content::rtcp;
    case wire::rtp::Kind::other: break;
    }
    return Content::other;
}

} // namespace cord::engine::media
