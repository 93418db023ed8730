#include <algorithm>

#include "base/text.hpp"
#include "engine/bearer/key_set.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/trust.hpp"
#include "engine/proxy/upstream.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using crypto::Hash;
using digest::Credentials;
using wire::sip::HeaderId;
using wire::sip::Method;

/// The user a request has to prove to be: that of To for REGISTER, whose registration it is, else that of
/// From.
struct Claim {
    std::string user;
    std::string domain; ///< Ours, and the realm.
};

std::optional<Claim> claim_of(const State &s, const Exchange &e) {
    const wire::sip::NameAddr &address = e.request.method() == Method::register_ ? e.to : e.from;
    auto domain = is_upstream_domain(s, address.uri) ? std::nullopt : s.identity.own_domain(address.uri);
    if (!domain)
        return std::nullopt;
    return Claim{wire::sip::unescape(address.uri.user), *domain};
}

std::optional<Credentials> credentials_for(const wire::sip::Message &request, std::string_view realm) {
    HeaderId id =
        request.method() == Method::register_ ? HeaderId::authorization : HeaderId::proxy_authorization;
    for (const wire::sip::Field &field : request.fields())
        if (field.id == id)
            if (auto credentials = digest::parse_credentials(field.value);
                credentials && credentials->realm == realm)
                return std::move(*credentials);
    return std::nullopt;
}

/// The digest covers the username as the client wrote it. For user@domain only that of MD5 may be kept apart.
std::string_view ha1_for(const UserAnswer &user, const Credentials &c, Hash hash) {
    if (c.username.find('@') != std::string::npos)
        return hash == Hash::md5 ? std::string_view(user.ha1_md5_at) : std::string_view();
    switch (hash) {
    case Hash::sha256: return user.ha1_sha256;
    case Hash::sha512_256: return user.ha1_sha512_256;
    default: return user.ha1_md5;
    }
}

std::vector<Hash> order_for(const State &s, const Flow &flow) {
    const std::vector<Hash> &configured = s.identity.listener(flow).digest;
    if (!configured.empty())
        return configured;
    // One challenge that every client understands. Of several, JsSIP reads only the last and SIP.js only the
    // first, and libre (baresip 1.0) gives up at any algorithm but MD5 wherever it stands, against RFC 8760
    // section 2.4.
    return {Hash::md5};
}

/// A token in either header field: some clients write Authorization in every request.
std::string_view token_in(const wire::sip::Message &request) {
    for (const wire::sip::Field &field : request.fields())
        if (field.id == HeaderId::authorization || field.id == HeaderId::proxy_authorization)
            if (std::string_view token = bearer::token_of(field.value); !token.empty())
                return token;
    return {};
}

/// RFC 8898 section 4: the challenge names the authorization server. Where it would name none it is left out,
/// but for a client that has sent a token.
std::optional<std::string> bearer_challenge(const State &s, const Exchange &e, const std::string &realm) {
    const bool token_failed = !token_in(e.request).empty();
    if (!s.config.bearer_keys || (s.config.authz_server.empty() && !token_failed))
        return std::nullopt;
    std::string value = "Bearer realm=\"" + realm + "\"";
    if (!s.config.authz_server.empty())
        value += ", authz_server=\"" + s.config.authz_server + "\"";
    if (token_failed)
        value += ", error=\"invalid_token\"";
    return value;
}

Next challenge(State &s, Exchange &e, const std::string &realm, std::vector<Hash> order, bool stale) {
    bool is_register = e.request.method() == Method::register_;
    const std::string_view name = is_register ? "WWW-Authenticate" : "Proxy-Authenticate";
    Headers headers;
    // Before the digests: who reads the last challenge alone does not know this scheme.
    if (auto value = bearer_challenge(s, e, realm))
        headers.emplace_back(name, std::move(*value));
    for (std::string &value : s.authenticator.challenges(realm, order, stale, s.now))
        headers.emplace_back(name, std::move(value));
    ++s.counts["challenges"];
    return reply(s, e, is_register ? 401 : 407, {}, std::move(headers));
}

/// The user part of the digest username: some clients write user@domain.
std::string_view user_part(const Credentials &c) { return base::cut(c.username, '@').first; }

bool names(const Credentials &c, const Claim &claim) {
    auto [user, domain] = base::cut(c.username, '@');
    return user == claim.user && (domain.empty() || base::iequals(domain, claim.domain));
}

void note_failure(State &s, const Exchange &e, const Claim &claim) {
    ++s.counts["auth_failures"];
    s.event("auth-failed", {{"user", claim.user + "@" + claim.domain},
                            {"src", e.flow.remote.text()},
                            {"method", std::string(e.request.method_name())}});
}

Next judge(State &s, Exchange &e, const Claim &claim, const Credentials &credentials) {
    const UserAnswer &user = *e.user;
    std::vector<Hash> order = order_for(s, e.flow);
    if (user.status == UserAnswer::Status::unavailable)
        return reply(s, e, 503, "User Database Unavailable", {{"Retry-After", "5"}});
    std::string_view ha1 = ha1_for(user, credentials, credentials.algorithm);
    if (user.status == UserAnswer::Status::found && ha1.empty()) {
        // The client took an algorithm for which no HA1 is kept: it is told with stale=true, so that it tries
        // again by itself, with one that will do.
        std::erase_if(order, [&](Hash hash) { return ha1_for(user, credentials, hash).empty(); });
        return order.empty() ? reply(s, e, 403, "No Usable Password Hash")
                             : challenge(s, e, claim.domain, order, true);
    }
    using digest::Verdict;
    Verdict verdict = user.status == UserAnswer::Status::found
                          ? s.authenticator.verify(credentials, e.request.method_name(), ha1, s.now)
                          : Verdict::wrong;
    if (verdict == Verdict::replayed)
        e.why = "its nonce was used before";
    if (verdict == Verdict::stale || verdict == Verdict::replayed)
        return challenge(s, e, claim.domain, order, true);
    if (verdict == Verdict::wrong) {
        e.why = user.status == UserAnswer::Status::found ? "the password is wrong" : "there is no such user";
        note_failure(s, e, claim);
        return challenge(s, e, claim.domain, order, false);
    }
    // The name proved has to be the one claimed.
    if (!names(credentials, claim))
        return reply(s, e, 403, "Digest Username Is Not The User Named");
    e.authenticated = locate::aor_key(claim.user, claim.domain);
    return Next::go_on;
}

Next judge_token(State &s, Exchange &e, const Claim &claim, std::string_view token) {
    auto user = s.config.bearer_keys->verify(token, claim.domain, s.now.unix);
    if (!user) {
        e.why = "its token proves nothing";
        e.why = "its token proves nothing";
        note_failure(s, e, claim);
        return challenge(s, e, claim.domain, order_for(s, e.flow), false);
    }
    if (*user != claim.user)
        return reply(s, e, 403, "Token Is Not About The User Named");
    e.authenticated = locate::aor_key(claim.user, claim.domain);
    return Next::go_on;
}

Next judge_credentials(State &s, Exchange &e, const Claim &claim) {
    if (std::string_view token = token_in(e.request); s.config.bearer_keys && !token.empty())
        return judge_token(s, e, claim, token);
    auto credentials = credentials_for(e.request, claim.domain);
    if (!credentials)
        return challenge(s, e, claim.domain, order_for(s, e.flow), false);
    if (!e.user) {
        s.ask_user(e, user_part(*credentials), claim.domain);
        return Next::wait;
    }
    return judge(s, e, claim, *credentials);
}

} // namespace

Next authenticate(State &s, Exchange &e) {
    // The upstream server is trusted by its addresses, and its users are known to it. But nobody registers
    // for our own users without a password: over a stream it may be anyone on that host.
    if (comes_from_upstream(s, e.flow) && e.request.method() != Method::register_)
        return Next::go_on;
    if (is_upstream_domain(s, e.from.uri))
        e.sender = locate::aor_key(wire::sip::unescape(e.from.uri.user), e.from.uri.host);
    auto claim = claim_of(s, e);
    if (claim)
        e.sender = locate::aor_key(claim->user, claim->domain);
    // A probe of the server itself is nobody's.
    if (e.request.method() == Method::options && e.is_for_server())
        return Next::go_on;
    // RFC 3261 section 22.1: an ACK "MUST NOT" be challenged. One inside a call is known by its token and
    // flow.
    if (!s.config.authenticate || e.authorized || e.request.method() == Method::ack)
        return Next::go_on;
    e.trusted = is_trusted(s, e);
    if (!claim)
        return Next::go_on;
    if (!e.trusted)
        return judge_credentials(s, e, *claim);
    e.authenticated = e.sender;
    return Next::go_on;
}

} // namespace cord::engine::proxy
