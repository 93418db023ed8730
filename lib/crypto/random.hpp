// The system's random source: keys, nonces, tags and tokens come from here.
#pragma once

#include "base/random.hpp"

namespace cord::crypto {

class SystemRandom final : public base::Random {
  public:
    void fill(base::MutableBytes out) override;
};

} // namespace cord::crypto
