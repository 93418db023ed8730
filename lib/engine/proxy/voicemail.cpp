#include "engine/proxy/voicemail.hpp"

#include <fmt/format.h>

#include "engine/proxy/locate.hpp"
#include "engine/proxy/state.hpp"
#include "wire/sip/uri.hpp"

namespace cord::engine::proxy {
namespace {

/// RFC 5806 section 4: why a call was diverted; nothing for an answer that is the caller's to hear.
std::string_view reason_of(int code) {
    switch (code) {
    case 486:
    case 600: return "user-busy";
    case 408: return "no-answer";
    case 480: return "unavailable";
    default: return {};
    }
}

/// A mailbox server is given the name of the one called; else it is read from Diversion.
std::string mailbox_uri(const Exchange &e, const wire::sip::Uri &configured) {
    if (configured.has_user)
        return std::string(configured.text);
    return fmt::format("{}:{}@{}", configured.scheme, e.uri.user,
                       configured.text.substr(configured.scheme.size() + 1));
}

} // namespace

bool has_mailbox(const State &s, const Exchange &e) {
    return !s.config.voicemail.empty() && e.is_invite() && !e.in_dialog && e.domain && !e.next_hop &&
           e.client.empty() && !e.dials_out && !e.uri.user.empty();
}

bool turn_to_mailbox(State &s, Exchange &e, int code) {
    const std::string_view reason = reason_of(code);
    if (reason.empty() || !has_mailbox(s, e) || e.diverted || e.cancelled)
        return false;
    e.diverted = true;
    const wire::sip::Uri configured = *wire::sip::Uri::parse(s.config.voicemail);
    const std::string uri = mailbox_uri(e, configured);
    if (auto domain = s.identity.own_domain(configured)) {
        e.targets = targets_of(s, *wire::sip::Uri::parse(uri), *domain);
    } else {
        Target &target = e.targets.emplace_back();
        target.uri = uri;
        target.destination = resolve::Destination::of(configured);
    }
    for (Target &target : e.targets)
        target.diversion = fmt::format("<sip:{}@{}>;reason={}", e.uri.user, *e.domain, reason);
    return !e.targets.empty();
}

} // namespace cord::engine::proxy
