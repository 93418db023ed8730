// Tokens that prove who a client is, signed by an authorization server (RFC 8898): JSON Web Tokens (RFC 7519)
// as JWS in compact form (RFC 7515).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/verify_key.hpp"

namespace cord::engine::bearer {

/// The credentials of a header field value "Bearer TOKEN"; empty for those of another scheme.
[[nodiscard]] std::string_view token_of(std::string_view value);

/// The keys whose signatures are believed.
class KeySet {
  public:
    /// Reads a public key or certificate in PEM, a public key in base64 alone, a JWK Set or a single JWK (RFC
    /// 7517), else the secret of HMAC as it is, without the line end.
    [[nodiscard]] static base::Result<KeySet> parse(std::string_view text);

    /// The user of the domain whom the token is about, unescaped, without the domain. Refused are tokens that
    /// no key of ours signed, that are over or not yet valid, are for another audience, or about a user of
    /// another domain.
    [[nodiscard]] base::Result<std::string> verify(std::string_view token, std::string_view domain,
                                                   base::UnixTime now) const;

    [[nodiscard]] std::size_t size() const { return keys_.size(); }
    /// Whether who reads it can sign, too.
    [[nodiscard]] bool holds_secret() const;

  private:
    struct Key {
        crypto::VerifyKey key;
        std::string id; ///< "kid"; empty when it has none.
    };
    friend struct Reader;

    std::vector<Key> keys_;
};

} // namespace cord::engine::bearer
