// Challenges and credentials: WWW-Authenticate, Proxy-Authenticate, Authorization, Proxy-Authorization (RFC
// 7616's grammar: a scheme, then comma-separated parameters).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/sip/params.hpp"

namespace cord::wire::sip {

/// A view: it lives as long as the text it was parsed from.
struct AuthValue {
    std::string_view scheme;
    std::vector<Param> params; ///< In the order written. Of a quoted string the inside, escapes as written:
                               ///< that is what digests are computed over.

    /// One field's value. Found well-formed, parameter for parameter.
    [[nodiscard]] static base::Result<AuthValue> parse(std::string_view text);

    /// The first with this name, in any case.
    [[nodiscard]] std::optional<std::string_view> param(std::string_view name) const;
    [[nodiscard]] bool is_digest() const;
};

} // namespace cord::wire::sip
