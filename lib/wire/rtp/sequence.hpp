// Numbers that wrap: RTP sequence numbers and timestamps as positions that only grow.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

namespace cord::wire::rtp {

/// Where the numbers of a source that we make begin.
struct StreamStart {
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
};

/// How far `to` lies after `from`, negative when before: the nearer way round.
template <class T>
[[nodiscard]] constexpr std::int64_t distance(T from, T to) {
    return static_cast<std::make_signed_t<T>>(static_cast<T>(to - from));
}

/// Extends a 16- or 32-bit number to 64 bits by taking the value nearest to the last one seen.
template <class T>
class Unwrapper {
  public:
    std::int64_t unwrap(T value) {
        last_ = last_ ? *last_ + distance(static_cast<T>(*last_), value) : std::int64_t{value};
        return *last_;
    }
    /// What `unwrap` would give, without remembering it.
    [[nodiscard]] std::int64_t peek(T value) const {
        return last_ ? *last_ + distance(static_cast<T>(*last_), value) : std::int64_t{value};
    }

  private:
    std::optional<std::int64_t> last_;
};

using SequenceUnwrapper = Unwrapper<std::uint16_t>;
using TimestampUnwrapper = Unwrapper<std::uint32_t>;

} // namespace cord::wire::rtp
