// The client's side of Digest (RFC 7616 section 3.4): what answers a challenge.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cord::engine::digest {

struct Login {
    std::string_view username; ///< Without quotes and backslashes.
    std::string_view password;
};

/// The value of an Authorization or Proxy-Authorization field for a request of this method and Request-URI,
/// with a nonce count of 1. Nothing for a challenge of another scheme, algorithm or quality of protection.
[[nodiscard]] std::optional<std::string> answer(std::string_view challenge, const Login &login,
                                                std::string_view method, std::string_view uri,
                                                std::string cnonce);

} // namespace cord::engine::digest
