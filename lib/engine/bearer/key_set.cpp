#include "engine/bearer/key_set.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/sip/uri.hpp"

namespace cord::engine::bearer {

using base::fail;
using base::Result;
using crypto::VerifyKey;
using nlohmann::json;

namespace {

/// RFC 7515 section 2: base64 of two other characters, without padding.
std::optional<std::string> from_base64url(std::string_view s) {
    if (s.find_first_of("+/=") != std::string_view::npos)
        return std::nullopt;
    std::string usual(s);
    std::replace(usual.begin(), usual.end(), '-', '+');
    std::replace(usual.begin(), usual.end(), '_', '/');
    return base::from_base64(usual);
}

/// Whether it is base64 of an ASN.1 SEQUENCE of 128 bytes or more, as a key in X.509 is, or of 89 bytes, as
/// one on P-256 is.
bool looks_like_der(std::string_view base64) {
    std::string joined;
    for (char c : base64)
        if (c != '\n' && c != '\r')
            joined += c;
    auto bytes = base::from_base64(joined);
    return bytes && (bytes->starts_with("\x30\x81") || bytes->starts_with("\x30\x82") ||
                     bytes->starts_with("\x30\x59\x30"));
}

/// Empty when it is not there, or no text.
std::string text(const json &object, const char *name) {
    auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Seconds since 1970; nothing when they are not there, or no number.
std::optional<double> seconds(const json &object, const char *name) {
    auto found = object.find(name);
    return found != object.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

/// A part of a token: base64url of a JSON object.
Result<json> read_part(std::string_view part) {
    auto bytes = from_base64url(part);
    if (!bytes)
        return fail("the token is not base64url");
    json object = json::parse(*bytes, nullptr, false);
    if (!object.is_object())
        return fail("the token is not JSON");
    return object;
}

/// RFC 7519 section 4.1.3: who does not find itself among the audience, "then the JWT MUST be rejected". We
/// are a domain, by name or as a SIP URI.
bool is_for(const json &claims, std::string_view domain) {
    auto audience = claims.find("aud");
    if (audience == claims.end())
        return true;
    auto is_us = [&](const json &one) {
        if (!one.is_string())
            return false;
        const std::string &name = one.get_ref<const std::string &>();
        return base::iequals(name, domain) || base::iequals(name, "sip:" + std::string(domain));
    };
    if (!audience->is_array())
        return is_us(*audience);
    return std::any_of(audience->begin(), audience->end(), is_us);
}

/// "alice", "alice@example.org" or "sip:alice@example.org".
Result<std::string> user_of(const std::string &subject, std::string_view domain) {
    auto uri = wire::sip::Uri::parse(subject);
    if (uri && uri->is_sip())
        return uri->has_user && base::iequals(uri->host, domain)
                   ? Result<std::string>(wire::sip::unescape(uri->user))
                   : fail("the token is about a user of another domain");
    const std::size_t at = subject.rfind('@');
    if (at != std::string::npos && !base::iequals(std::string_view(subject).substr(at + 1), domain))
        return fail("the token is about a user of another domain");
    std::string user = subject.substr(0, at);
    if (user.empty())
        return fail("the token is about nobody");
    return user;
}

Result<std::string> judge(const json &claims, std::string_view domain, base::UnixTime now) {
    const double clock = std::chrono::duration<double>(now.time_since_epoch()).count();
    // RFC 7519 section 4.1.4: on or after exp "the JWT MUST NOT be accepted". One that never ends could not
    // be taken back.
    auto expires = seconds(claims, "exp");
    if (!expires)
        return fail("the token does not say when it ends");
    if (clock >= *expires)
        return fail("the token is over");
    // Section 4.1.5: before nbf neither.
    if (claims.contains("nbf") && clock < seconds(claims, "nbf").value_or(clock + 1))
        return fail("the token is not valid yet");
    if (!is_for(claims, domain))
        return fail("the token is for another audience");
    return user_of(text(claims, "sub"), domain);
}

} // namespace

std::string_view token_of(std::string_view value) {
    auto [scheme, token] = base::cut(base::trim(value), ' ');
    return base::iequals(scheme, "Bearer") ? base::trim(token) : std::string_view();
}

struct Reader {
    KeySet set;

    Result<void> add(Result<VerifyKey> key, std::string id) {
        if (!key)
            return tl::unexpected(key.error());
        set.keys_.push_back({std::move(*key), std::move(id)});
        return {};
    }

    /// RFC 7517 section 5: "Implementations SHOULD ignore JWKs within a JWK Set that use 'kty' (key type)
    /// values that are not understood by them"; so those for encryption, too.
    Result<void> add_jwk(const json &jwk) {
        auto part = [&](const char *name) { return from_base64url(text(jwk, name)).value_or(""); };
        const std::string type = text(jwk, "kty"), id = text(jwk, "kid");
        if (text(jwk, "use") == "enc")
            return {};
        // Section 4.4: "The 'alg' parameter identifies the algorithm intended for use with the key." Of each
        // type we know one.
        if (const std::string algorithm = text(jwk, "alg");
            !algorithm.empty() && algorithm != (type == "oct"  ? "HS256"
                                                : type == "EC" ? "ES256"
                                                               : "RS256"))
            return {};
        if (type == "oct")
            return add(VerifyKey::secret(part("k")), id);
        if (type == "RSA")
            return add(VerifyKey::rsa(part("n"), part("e")), id);
        if (type == "EC" && text(jwk, "crv") == "P-256")
            return add(VerifyKey::p256(part("x"), part("y")), id);
        return {};
    }

    Result<void> add_json(const json &object) {
        auto keys = object.find("keys");
        if (keys == object.end())
            return add_jwk(object);
        if (!keys->is_array())
            return fail("the keys of a JWK Set are no list");
        for (const json &jwk : *keys)
            if (auto added = add_jwk(jwk); !added)
                return added;
        return {};
    }
};

Result<KeySet> KeySet::parse(std::string_view text) {
    const std::string_view trimmed = base::trim(text);
    Reader reader;
    Result<void> added;
    // What was meant to be a public key must not become a secret that everybody knows: PEM with words before
    // it, a JWK Set that was cut, a key in base64 as some servers show theirs.
    if (trimmed.find("-----BEGIN") != std::string_view::npos) {
        added = reader.add(VerifyKey::from_pem(trimmed), {});
    } else if (trimmed.starts_with('{') || trimmed.starts_with('[')) {
        json object = json::parse(trimmed, nullptr, false);
        added = object.is_object() ? reader.add_json(object) : fail("the JWK Set is not JSON");
    } else if (looks_like_der(trimmed)) {
        added = reader.add(VerifyKey::from_pem(fmt::format(
                               "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", trimmed)),
                           {});
    } else {
        added = reader.add(VerifyKey::secret(std::string(trimmed)), {});
    }
    if (!added)
        return tl::unexpected(added.error());
    if (reader.set.keys_.empty())
        return fail("there is no key for signatures in it");
    return std::move(reader.set);
}

bool KeySet::holds_secret() const {
    return std::any_of(keys_.begin(), keys_.end(), [](const Key &k) { return k.key.algorithm() == "HS256"; });
}

Result<std::string> KeySet::verify(std::string_view token, std::string_view domain,
                                   base::UnixTime now) const {
    if (token.size() > base::limits::bearer_token)
        return fail("the token is too long");
    const std::size_t first = token.find('.'), last = token.rfind('.');
    if (first == std::string_view::npos || first == last)
        return fail("the token is no JWS of three parts");
    auto header = read_part(token.substr(0, first));
    auto signature = from_base64url(token.substr(last + 1));
    if (!header || !signature)
        return header ? fail("the token is not base64url") : tl::unexpected(header.error());
    // RFC 7515 section 4.1.11: what has to be understood and is not makes the token invalid.
    if (header->contains("crit"))
        return fail("the token asks for an extension");
    // RFC 8725 section 3.1: the algorithm is that of the key, whatever the token would like it to be.
    const std::string algorithm = text(*header, "alg"), id = text(*header, "kid");
    const std::string_view covered = token.substr(0, last);
    const bool good = std::any_of(keys_.begin(), keys_.end(), [&](const Key &k) {
        return algorithm == k.key.algorithm() && (id.empty() || k.id.empty() || id == k.id) &&
               k.key.verifies(covered, *signature);
    });
    if (!good)
        return fail("no key of ours has signed the token");
    auto claims = read_part(token.substr(first + 1, last - first - 1));
    if (!claims)
        return tl::unexpected(claims.error());
    return judge(*claims, domain, now);
}

} // namespace cord::engine::bearer
