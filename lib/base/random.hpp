// Randomness is handed in: the system's in a daemon, a seeded one in a test that must replay.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"

namespace cord::base {

class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(MutableBytes out) = 0;

    std::uint32_t u32();
    std::uint64_t u64();
    /// Evenly from 0 to below - 1; `below` is at least 1.
    std::uint64_t below(std::uint64_t below);
    /// `n` characters of a-z, A-Z, 0-9: safe as SIP token, ICE ufrag and file name. About 5.95 bits each.
    std::string token(std::size_t n);
};

/// Repeats itself for a seed (splitmix64). Never for keys; daemons use crypto::SystemRandom.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    void fill(MutableBytes out) override;

  private:
    std::uint64_t state_;
};

} // namespace cord::base
