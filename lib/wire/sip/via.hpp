// Via: the path a request took, and the way its responses go back (RFC 3261 section 20.42, RFC 3581).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "wire/sip/params.hpp"

namespace cord::wire::sip {

/// RFC 3261 section 8.1.1.7: a branch that begins so is unique by construction, and matching may rest on it.
inline constexpr std::string_view magic_cookie = "z9hG4bK";

/// A view: it lives as long as the text it was parsed from.
struct Via {
    std::string_view text;
    std::string_view transport; ///< "UDP", "TCP", "TLS", "WS", "WSS" or another token.
    std::string_view host;      ///< Of sent-by; IPv6 in its brackets.
    std::optional<std::uint16_t> port;
    Params params;

    /// One value, as Message::values yields it.
    [[nodiscard]] static base::Result<Via> parse(std::string_view text);

    [[nodiscard]] std::string_view branch() const { return params.value("branch").value_or(""); }
    [[nodiscard]] bool has_magic_cookie() const;
    [[nodiscard]] std::string_view received() const { return params.value("received").value_or(""); }
    [[nodiscard]] bool wants_rport() const { return params.has("rport"); }
    /// The port that was filled in, when it was.
    [[nodiscard]] std::optional<std::uint16_t> rport() const;
};

} // namespace cord::wire::sip
