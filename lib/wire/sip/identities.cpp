#include "wire/sip/identities.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/sip/uri.hpp"

namespace cord::wire::sip {

bool Identities::name_domain(std::string_view domain) const {
    return std::find(domains.begin(), domains.end(), base::lower(domain)) != domains.end();
}

bool Identities::name_user(std::string_view aor) const {
    return std::find(users.begin(), users.end(), aor) != users.end();
}

Identities identities(std::span<const std::string> uris, std::span<const std::string> hosts) {
    Identities out;
    for (const std::string &text : uris) {
        auto uri = Uri::parse(text);
        if (!uri || !uri->is_sip())
            continue;
        // "a value with a userpart identifies an individual user, not a domain"
        if (uri->has_user)
            out.users.push_back(aor_key(*uri));
        // "If the scheme of the URI is not 'sip', then the implementation MUST NOT accept the value as a SIP
        // domain identity."
        else if (!uri->is_sips())
            out.domains.push_back(base::lower(uri->host));
    }
    // "An implementation MUST accept a domain name system identifier as a SIP domain identity if and only if
    // no other identity is found that matches the 'sip' URI type described above."
    if (out.empty())
        for (const std::string &host : hosts)
            out.domains.push_back(base::lower(host));
    return out;
}

} // namespace cord::wire::sip
