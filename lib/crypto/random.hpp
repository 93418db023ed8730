// The system's random source: keys, nonces, tags and tokens come from here.
#pragma once

#include "base/random.hpp"
#include "crypto/secret.hpp"

namespace cord::crypto {

/// Draws from OpenSSL's generator in advance: a draw costs it much however short, and a SIP message needs
/// several; drawn one by one they were a third of a REGISTER's instructions. What was handed out is wiped.
/// For one thread.
class SystemRandom final : public base::Random {
  public:
    void fill(base::MutableBytes out) override;

  private:
    static constexpr std::size_t pool_size = 1024;
    Secret<pool_size> pool_;
    std::size_t left_ = 0;
};

} // namespace cord::crypto
