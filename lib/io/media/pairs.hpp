// The pairs of ports that one address has in the range for media: which are free, and which are not ours.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace cord::io::media {

/// A pair is named by its even port.
class Pairs {
  public:
    /// `first` is even; both ports of a pair are within the range.
    Pairs(std::uint16_t first, std::uint16_t last);

    /// A random one, so that nobody can tell the next call's port (RFC 6056); nothing when none is left.
    [[nodiscard]] std::optional<std::uint16_t> take(base::Random &random);
    /// One port of a pair that was taken is no longer used; the pair is free when neither is.
    void release(std::uint16_t pair);
    /// A pair that was taken is not used after all.
    void give_back(std::uint16_t pair);
    /// A pair that was taken is not to be had: another program has a port of it.
    void set_aside(std::uint16_t pair);
    /// A few of those set aside, longest first, shall be tried again: programs come and go.
    void reconsider();

    /// Why there is none left.
    [[nodiscard]] std::string describe() const;

  private:
    [[nodiscard]] std::uint8_t &held(std::uint16_t pair) { return held_[(pair - first_) / 2U]; }

    std::uint16_t first_;
    std::vector<std::uint8_t> held_; // ports of each pair that are in use here
    std::vector<std::uint16_t> free_;
    std::deque<std::uint16_t> foreign_;
};

} // namespace cord::io::media
