// Key bytes that are wiped when they are no longer needed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace cord::crypto {

/// Overwrites memory in a way that no optimiser removes.
void wipe(base::MutableBytes bytes);

template <std::size_t N>
class Secret {
  public:
    Secret() = default;
    Secret(const Secret &) = default;
    Secret &operator=(const Secret &) = default;
    ~Secret() { wipe(bytes_); }

    [[nodiscard]] base::Bytes view() const { return bytes_; }
    [[nodiscard]] base::MutableBytes edit() { return bytes_; }

  private:
    std::array<std::uint8_t, N> bytes_{};
};

} // namespace cord::crypto
