// Which packet indices have been seen (RFC 3711 section 3.3.2), and what index a sequence number stands for.
#pragma once

#include <array>
#include <cstdint>

namespace cord::engine::srtp {

/// The last `Bits` indices up to the highest one.
template <std::size_t Bits>
class ReplayWindow {
  public:
    /// Whether the index is new, and not older than can be told.
    [[nodiscard]] bool is_fresh(std::uint64_t index) const {
        if (!any_ || index > highest_)
            return true;
        return highest_ - index < Bits && !bit(index);
    }

    void note(std::uint64_t index) {
        if (!any_ || (index > highest_ && index - highest_ >= Bits)) {
            seen_ = {};
        } else {
            for (std::uint64_t skipped = highest_ + 1; skipped < index; ++skipped)
                set(skipped, false);
        }
        highest_ = any_ && highest_ > index ? highest_ : index;
        any_ = true;
        set(index, true);
    }

    [[nodiscard]] bool empty() const { return !any_; }
    [[nodiscard]] std::uint64_t highest() const { return highest_; }

  private:
    using Words = std::array<std::uint64_t, Bits / 64>;

    [[nodiscard]] bool bit(std::uint64_t index) const {
        return (seen_[index % Bits / 64] >> index % 64 & 1) != 0;
    }
    void set(std::uint64_t index, bool on) {
        std::uint64_t mask = std::uint64_t{1} << index % 64;
        std::uint64_t &word = seen_[index % Bits / 64];
        word = on ? word | mask : word & ~mask;
    }

    Words seen_{};
    std::uint64_t highest_ = 0;
    bool any_ = false;
};

/// RFC 3711 section 3.3.1: of the indices that end in this sequence number, the one nearest to the highest
/// seen.
[[nodiscard]] constexpr std::uint64_t index_of(std::uint16_t sequence, std::uint64_t highest) {
    const auto ahead = static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(highest));
    const auto index = static_cast<std::int64_t>(highest) + ahead;
    return static_cast<std::uint64_t>(index < 0 ? index + 0x10000
                                                : index); // there is no rollover counter below zero
}

} // namespace cord::engine::srtp
