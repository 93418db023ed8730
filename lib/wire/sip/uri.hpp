// URIs: sip and sips in their parts, any other scheme as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/sip/params.hpp"

namespace cord::wire::sip {

/// A view: it lives as long as the text it was parsed from. Parts are as written, escapes (%41) included.
struct Uri {
    std::string_view text;
    std::string_view scheme;
    std::string_view user;     ///< Empty when there is none.
    std::string_view password; ///< Deprecated by RFC 3261; kept apart from the user.
    std::string_view host;     ///< IPv6 in its brackets.
    std::optional<std::uint16_t> port;
    Params params;
    std::string_view headers; ///< After the question mark.
    bool has_user = false;    ///< An at sign was there.

    /// sip and sips are taken apart and checked; of others only the scheme is known. Offsets in errors count
    /// from the text's begin.
    [[nodiscard]] static base::Result<Uri> parse(std::string_view text);

    [[nodiscard]] bool is_sip() const;  ///< sip or sips: what a proxy can route.
    [[nodiscard]] bool is_sips() const; ///< sips.
    [[nodiscard]] std::string_view transport() const { return params.value("transport").value_or(""); }
};

/// RFC 3261 section 19.1.4. Two URIs of other schemes are equivalent when their texts are equal.
[[nodiscard]] bool equivalent(const Uri &a, const Uri &b);

/// %41 becomes A, once; what is not an escape stays.
[[nodiscard]] std::string unescape(std::string_view s);

/// The key of an address of record, RFC 3261 section 10.3 step 5: user unescaped, host in lower case, no
/// parameters, no port unless one was given: "alice@example.com". sip and sips are one AoR here; of a URI
/// without user, the host alone.
[[nodiscard]] std::string aor_key(const Uri &uri);

} // namespace cord::wire::sip
