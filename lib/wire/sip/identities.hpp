// Whom a certificate names in SIP (RFC 5922 section 7.1).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cord::wire::sip {

struct Identities {
    std::vector<std::string> domains; ///< In lower case.
    std::vector<std::string> users;   ///< As aor_key has them: "alice@example.org".

    /// RFC 5922 section 7.2: "Implementations MUST match the values in their entirety", in any case. A
    /// wildcard names itself alone.
    [[nodiscard]] bool name_domain(std::string_view domain) const;
    [[nodiscard]] bool name_user(std::string_view aor) const;
    [[nodiscard]] bool empty() const { return domains.empty() && users.empty(); }
};

/// Of the URIs and the host names of a subjectAltName. One that names a user speaks for no domain, whatever
/// host stands beside.
[[nodiscard]] Identities identities(std::span<const std::string> uris, std::span<const std::string> hosts);

} // namespace cord::wire::sip
