// SipHash-2-4: the short keyed MAC of what we write for ourselves to read again (nonces, route tokens).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/random.hpp"

namespace cord::crypto {

/// 64 bits are enough for a proof that is checked on line and lives for minutes; a forger without the key has
/// nothing better than to guess. HMACs by EVP were 4 % of a REGISTER's instructions, and 9 % of a call's.
/// (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.)
class SipHash {
  public:
    explicit SipHash(base::Random &random);
    /// Of 16 bytes.
    explicit SipHash(base::Bytes key);
    ~SipHash();

    [[nodiscard]] std::uint64_t operator()(std::string_view text) const;

  private:
    std::uint64_t k0_ = 0, k1_ = 0;
};

} // namespace cord::crypto
