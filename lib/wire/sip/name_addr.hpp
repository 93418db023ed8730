// name-addr and addr-spec: what From, To, Contact, Route, Record-Route, Path, Refer-To and their like hold.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "wire/sip/params.hpp"
#include "wire/sip/uri.hpp"

namespace cord::wire::sip {

/// A view: it lives as long as the text it was parsed from.
struct NameAddr {
    std::string_view display; ///< Without its quotes, escapes as written.
    Uri uri;
    Params params;
    bool bracketed = false;

    /// One value, as Message::values yields it.
    [[nodiscard]] static base::Result<NameAddr> parse(std::string_view text);

    [[nodiscard]] std::string_view tag() const { return params.value("tag").value_or(""); }
};

/// RFC 3261 section 10.2.1.1, the q parameter in thousandths: 1000 when there is none; nothing when it is
/// malformed.
[[nodiscard]] std::optional<int> q_value(const Params &params);

} // namespace cord::wire::sip
