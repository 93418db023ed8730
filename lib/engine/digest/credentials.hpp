// The Authorization and Proxy-Authorization header field of Digest (RFC 7616 section 3.4), taken apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/digest.hpp"

namespace cord::engine::digest {

/// "MD5", "SHA-256", "SHA-512-256" (RFC 8760 section 2.3).
[[nodiscard]] std::string_view algorithm_name(crypto::Hash hash);

/// Nothing for one that is not known here, in any case of its letters.
[[nodiscard]] std::optional<crypto::Hash> algorithm_from(std::string_view name);

/// What a client says of itself. Strings are without their quotes, escapes as written: so the digest covers
/// them.
struct Credentials {
    std::string username;
    std::string realm;
    std::string nonce;
    std::string uri; ///< As written: the digest covers these bytes, not the Request-URI.
    std::string response;
    std::string cnonce;
    std::string nc; ///< As written: eight hexadecimal digits.
    bool qop_auth = false;
    crypto::Hash algorithm = crypto::Hash::md5;

    [[nodiscard]] std::uint32_t nonce_count() const;
};

/// Reads one header field value, "Digest username=…". Only what this side offers is taken: a known algorithm
/// without
/// "-sess", and qop "auth" or, as in RFC 2069, none.
[[nodiscard]] base::Result<Credentials> parse_credentials(std::string_view value);

} // namespace cord::engine::digest
