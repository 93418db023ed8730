// Keys that tell who has signed a text: what JSON Web Tokens need of RFC 7518.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct evp_pkey_st;

namespace cord::crypto {

/// An HMAC secret, or the public half of an RSA key or of one on P-256. Each is good for one algorithm.
class VerifyKey {
  public:
    /// HS256. RFC 7518 section 3.2: "A key of the same size as the hash output [...] or larger MUST be used".
    [[nodiscard]] static base::Result<VerifyKey> secret(std::string bytes);
    /// A public key (SubjectPublicKeyInfo) or a certificate: RS256 or ES256.
    [[nodiscard]] static base::Result<VerifyKey> from_pem(std::string_view pem);
    /// RS256, of modulus and exponent, big endian. Section 3.3: of 2048 bits at least.
    [[nodiscard]] static base::Result<VerifyKey> rsa(const std::string &n, const std::string &e);
    /// ES256, of the point's coordinates, 32 bytes each.
    [[nodiscard]] static base::Result<VerifyKey> p256(const std::string &x, const std::string &y);

    /// "HS256", "RS256" or "ES256".
    [[nodiscard]] std::string_view algorithm() const { return algorithm_; }
    /// The signature is as a JWS has it: that of ES256 is r and s, 32 bytes each.
    [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;

  private:
    VerifyKey(std::string_view algorithm, std::shared_ptr<evp_pkey_st> key, std::string secret);
    [[nodiscard]] static base::Result<VerifyKey> of(std::shared_ptr<evp_pkey_st> key);

    std::string_view algorithm_;
    std::shared_ptr<evp_pkey_st> key_; ///< Null for a secret.
    std::string secret_;
};

} // namespace cord::crypto
