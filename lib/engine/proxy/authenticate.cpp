#include <algorithm>

#include "base/text.hpp"
#include "engine/proxy/processor.hpp"
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

std::string_view ha1_for(const UserAnswer &user, Hash hash) {
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

Next challenge(State &s, Exchange &e, const std::string &realm, std::vector<Hash> order, bool stale) {
    bool is_register = e.request.method() == Method::register_;
    Headers headers;
    for (std::string &value : s.authenticator.challenges(realm, order, stale, s.now))
        headers.emplace_back(is_register ? "WWW-Authenticate" : "Proxy-Authenticate", std::move(value));
    ++s.counts["challenges"];
    return reply(s, e, is_register ? 401 : 407, {}, std::move(headers));
}

/// The user part of the digest username: some clients write user@domain.
std::string_view user_part(const Credentials &c) { return base::cut(c.username, '@').first; }

Next judge(State &s, Exchange &e, const Claim &claim, const Credentials &credentials) {
    const UserAnswer &user = *e.user;
    std::vector<Hash> order = order_for(s, e.flow);
    if (user.status == UserAnswer::Status::unavailable)
        return reply(s, e, 503, "User Database Unavailable", {{"Retry-After", "5"}});
    std::string_view ha1 = ha1_for(user, credentials.algorithm);
    if (user.status == UserAnswer::Status::found && ha1.empty()) {
        // The client took an algorithm for which no HA1 is kept: it is told with stale=true, so that it tries
        // again by itself, with one that will do.
        std::erase_if(order, [&](Hash hash) { return ha1_for(user, hash).empty(); });
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
        ++s.counts["auth_failures"];
        e.why = user.status == UserAnswer::Status::found ? "the password is wrong" : "there is no such user";
        s.event("auth-failed", {{"user", claim.user + "@" + claim.domain},
                                {"src", e.flow.remote.text()},
                                {"method", std::string(e.request.method_name())}});
        return challenge(s, e, claim.domain, order, false);
    }
    // The name proved has to be the one claimed.
    if (user_part(credentials) != claim.user)
        return reply(s, e, 403, "Digest Username Is Not The User Named");
    e.authenticated = locate::aor_key(claim.user, claim.domain);
    return Next::go_on;
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
    if (!s.config.authenticate || e.authorized || e.request.method() == Method::ack || !claim)
        return Next::go_on;
    auto credentials = credentials_for(e.request, claim->domain);
    if (!credentials)
        return challenge(s, e, claim->domain, order_for(s, e.flow), false);
    if (!e.user) {
        s.ask_user(e, user_part(*credentials), claim->domain);
        return Next::wait;
    }
    return judge(s, e, *claim, *credentials);
}

} // namespace cord::engine::proxy
