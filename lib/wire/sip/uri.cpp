#include "wire/sip/uri.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "wire/sip/host_port.hpp"
#include "wire/sip/lex.hpp"

namespace cord::wire::sip {
namespace {

using base::fail;
using base::Result;

constexpr auto npos = std::string_view::npos;

// Neither blanks nor controls nor what delimits a URI. ABNF is narrower, but phones put more than it allows
// into users
// ("#" in dial strings); none of it can be taken for a delimiter.
constexpr CharSet uri_chars = CharSet::visible_but("<>\"", false);

// "%" HEXDIG HEXDIG everywhere, or the offset of the one that is not.
std::size_t find_bad_escape(std::string_view s) {
    for (std::size_t i = s.find('%'); i != npos; i = s.find('%', i + 1))
        if (i + 2 >= s.size() || !is_hex_digit(s[i + 1]) || !is_hex_digit(s[i + 2]))
            return i;
    return npos;
}

bool is_scheme(std::string_view s) {
    constexpr CharSet scheme_chars = CharSet::alphanum_and("+-.");
    return !s.empty() && base::is_alpha(s[0]) && scheme_chars.find_other(s) == npos;
}

// Everything behind "sip:" or "sips:".
Result<void> parse_sip(std::string_view rest, Uri &out) {
    const auto offset = [&](std::string_view part) {
        return static_cast<std::size_t>(part.data() - out.text.data());
    };
    if (const std::size_t at = rest.find('@'); at != npos) {
        out.has_user = true;
        std::tie(out.user, out.password) = base::cut(rest.substr(0, at), ':');
        if (out.user.empty())
            return fail("empty user before the at sign", offset(rest));
        rest.remove_prefix(at + 1);
    }
    const std::size_t headers = rest.find('?');
    if (headers != npos) {
        out.headers = rest.substr(headers + 1);
        rest = rest.substr(0, headers);
    }
    const std::size_t host_end = std::min(rest.find(';'), rest.size());
    const auto host = HostPort::parse(rest.substr(0, host_end));
    if (!host)
        return fail(host.error().reason, offset(rest) + host.error().at);
    out.host = host->host;
    out.port = host->port;
    const auto params = Params::parse_uri(rest.substr(host_end));
    if (!params)
        return fail(params.error().reason, offset(rest) + host_end + params.error().at);
    out.params = *params;
    return {};
}

// The character at `i`, an escape taken as what it stands for; `i` moves past it.
char next_unescaped(std::string_view s, std::size_t &i) {
    const bool escape = s[i] == '%' && i + 2 < s.size();
    const int high = escape ? base::hex_value(s[i + 1]) : -1, low = escape ? base::hex_value(s[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
        i += 3;
        return static_cast<char>(high * 16 + low);
    }
    return s[i++];
}

// RFC 3261 section 19.1.4: "Characters other than those in the 'reserved' set are equivalent to their "%" HEX
// HEX encoding." Reserved ones are taken as equivalent too, as everyone does.
bool same_text(std::string_view a, std::string_view b, bool fold_case) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        const char x = next_unescaped(a, i);
        const char y = next_unescaped(b, j);
        if (fold_case ? base::lower(x) != base::lower(y) : x != y)
            return false;
    }
    return i == a.size() && j == b.size();
}

// "A user, ttl, or method uri-parameter appearing in only one URI never matches, even if it contains the
// default value. A URI that includes an maddr parameter will not match a URI that contains no maddr
// parameter." The RFC's own examples treat transport the same.
bool must_be_in_both(std::string_view name) {
    constexpr std::array<std::string_view, 5> names{"user", "ttl", "method", "maddr", "transport"};
    return std::any_of(names.begin(), names.end(), [&](auto n) { return base::iequals(n, name); });
}

bool params_match(const Params &a, const Params &b) {
    for (const Param &p : a) {
        const auto other = b.find(p.name);
        // "All other uri-parameters appearing in only one URI are ignored when comparing the URIs."
        if (other ? !same_text(p.value, other->value, true) : must_be_in_both(p.name))
            return false;
    }
    return true;
}

// "URI header components are never ignored. Any present header component MUST be present in both URIs and
// match".
bool headers_contained(std::string_view a, std::string_view b) {
    bool all = true;
    base::split(a, '&', [&](std::string_view header) {
        const auto [name, value] = base::cut(header, '=');
        bool found = false;
        base::split(b, '&', [&, n = name, v = value](std::string_view other) {
            const auto [other_name, other_value] = base::cut(other, '=');
            found = found || (same_text(n, other_name, true) && same_text(v, other_value, false));
        });
        all = all && found;
    });
    return all;
}

} // namespace

Result<Uri> Uri::parse(std::string_view text) {
    if (const std::size_t bad = uri_chars.find_other(text); bad != npos)
        return fail("character that a URI cannot hold", bad);
    if (const std::size_t bad = find_bad_escape(text); bad != npos)
        return fail("percent sign without two hexadecimal digits", bad);
    const std::size_t colon = text.find(':');
    if (colon == npos || !is_scheme(text.substr(0, colon)))
        return fail("URI without a scheme");
    Uri out;
    out.text = text;
    out.scheme = text.substr(0, colon);
    if (out.is_sip()) {
        if (auto parsed = parse_sip(text.substr(colon + 1), out); !parsed)
            return tl::unexpected(parsed.error());
    }
    return out;
}

bool Uri::is_sip() const { return base::iequals(scheme, "sip") || is_sips(); }

bool Uri::is_sips() const { return base::iequals(scheme, "sips"); }

bool equivalent(const Uri &a, const Uri &b) {
    // "A SIP and SIPS URI are never equivalent."
    if (!base::iequals(a.scheme, b.scheme))
        return false;
    if (!a.is_sip())
        return a.text.substr(a.scheme.size()) == b.text.substr(b.scheme.size());
    // "Comparison of the userinfo of SIP and SIPS URIs is case-sensitive." "Comparison of all other
    // components of the URI is case-insensitive unless explicitly defined otherwise."
    return a.has_user == b.has_user && same_text(a.user, b.user, false) &&
           same_text(a.password, b.password, false) && base::iequals(a.host, b.host) && a.port == b.port &&
           params_match(a.params, b.params) && params_match(b.params, a.params) &&
           headers_contained(a.headers, b.headers) && headers_contained(b.headers, a.headers);
}

std::string unescape(std::string_view s) {
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size();)
        out += next_unescaped(s, i);
    return out;
}

std::string aor_key(const Uri &uri) {
    std::string key;
    if (uri.has_user) {
        key = unescape(uri.user);
        key += '@';
    }
    key += base::lower(uri.host);
    if (uri.port)
        key += ':' + std::to_string(*uri.port);
    return key;
}

} // namespace cord::wire::sip
