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

/// The user part of the digest username, of which some clients write user@domain.
std::string_view user_part(const Credentials &c, const Claim &claim) {
    const std::string_view name = c.username;
    const std::size_t at = name.rfind('@');
    // A user's own name may have an at sign, too.
    return at != std::string_view::npos && name != claim.user &&
                   base::iequals(name.substr(at + 1), claim.domain)
               ? name.substr(0, at)
               : name;
}

/// The digest covers the username as the client wrote it. For user@domain only that of MD5 may be kept apart.
std::string_view ha1_for(const UserAnswer &user, const Credentials &c, const Claim &claim, Hash hash) {
    if (user_part(c, claim).size() < c.username.size())
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
    s.count("challenges");
    return reply(s, e, is_register ? 401 : 407, {}, std::move(headers));
}

/// RFC 8760 section 2.6 item 6: "a UAS MUST check if the Request-URI in the
/// Authorization/Proxy-Authorization header field value corresponds to a user for whom the UAS is willing to
/// accept forwarded or direct requests; however, it MAY still accept it if the two fields are not
/// equivalent." An answer that was given to another domain is none to us; an address may be ours beyond a
/// NAT.
bool is_for_us(const State &s, const Exchange &e, const Credentials &c) {
    auto uri = wire::sip::Uri::parse(c.uri);
    return uri && (base::iequals(uri->host, e.uri.host) || s.identity.own_domain(*uri) ||
                   base::IpAddress::parse(uri->host));
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
    // Who was offered better algorithms alone cannot be talked into a weaker one (RFC 8760 section 3).
    if (std::find(order.begin(), order.end(), credentials.algorithm) == order.end())
        return challenge(s, e, claim.domain, order, false);
    std::string_view ha1 = ha1_for(user, credentials, claim, credentials.algorithm);
    if (user.status == UserAnswer::Status::found && ha1.empty()) {
        // The client took an algorithm for which no HA1 is kept: it is told with stale=true, so that it tries
        // again by itself, with one that will do.
        std::erase_if(order, [&](Hash hash) { return ha1_for(user, credentials, claim, hash).empty(); });
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
    if (user_part(credentials, claim) != claim.user)
        return reply(s, e, 403, "Digest Username Is Not The User Named");
    e.authenticated = locate::aor_key(claim.user, claim.domain);
    return Next::go_on;
}

Next judge_token(State &s, Exchange &e, const Claim &claim, const base::Result<std::string> &user) {
    if (!user) {
        e.why = user.error().text();
        note_failure(s, e, claim);
        return challenge(s, e, claim.domain, order_for(s, e.flow), false);
    }
    if (*user != claim.user)
        return reply(s, e, 403, "Token Is Not About The User Named");
    e.authenticated = locate::aor_key(claim.user, claim.domain);
    return Next::go_on;
}

Next judge_credentials(State &s, Exchange &e, const Claim &claim) {
    if (e.user)
        return judge(s, e, claim, *e.credentials);
    auto credentials = credentials_for(e.request, claim.domain);
    if (std::string_view token = token_in(e.request); s.config.bearer_keys && !token.empty()) {
        auto user = s.config.bearer_keys->verify(token, claim.domain, s.now.unix);
        // A token for whom is called proves nothing here, and is not held against a password.
        if (user || !credentials)
            return judge_token(s, e, claim, user);
    }
    if (!credentials)
        return challenge(s, e, claim.domain, order_for(s, e.flow), false);
    if (!is_for_us(s, e, *credentials))
        return reply(s, e, 400, "Digest Is For Another Request-URI");
    s.ask_user(e, user_part(*credentials, claim), claim.domain);
    e.credentials = std::move(credentials);
    return Next::wait;
}

} // namespace

Next authenticate(State &s, Exchange &e) {
    // The upstream server is trusted by its addresses, and its users are known to it. But nobody registers
    // for our own users without a password: over a stream it may be anyone on that host.
    if (comes_from_upstream(s, e.flow) && e.request.method() != Method::register_)
        return Next::go_on;
    // A trunk brings calls to our users, whoever they say they come from: it is no user of ours by that.
    e.from_trunk = e.request.method() != Method::register_ && s.errands.found_at(e.flow);
    if (e.from_trunk)
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
    e.vouched_for = is_vouched_for(s, e);
    if (!claim)
        return Next::go_on;
    if (!e.trusted && !e.vouched_for && !is_certified(s, e, e.sender))
        return judge_credentials(s, e, *claim);
    e.authenticated = e.sender;
    return Next::go_on;
}

} // namespace cord::engine::proxy
