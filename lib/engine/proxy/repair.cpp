#include "engine/proxy/repair.hpp"

#include <string>

#include "base/text.hpp"
#include "engine/proxy/state.hpp"
#include "engine/proxy/upstream.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Uri;

bool is_own_maddr(const State &s, const Uri &uri) {
    auto maddr = uri.params.value("maddr");
    return maddr && (s.identity.is_own_address(*maddr, uri.port) || s.identity.domain_named(*maddr));
}

/// Up to and with its host, then what parameters and headers are left.
std::string without_place(const Uri &uri) {
    std::string text(
        uri.text.substr(0, static_cast<std::size_t>(uri.host.data() + uri.host.size() - uri.text.data())));
    for (const wire::sip::Param &param : uri.params)
        if (!base::iequals(param.name, "maddr") && !base::iequals(param.name, "transport"))
            text.append(";").append(param.name).append(param.has_value ? "=" : "").append(param.value);
    if (!uri.headers.empty())
        text.append("?").append(uri.headers);
    return text;
}

} // namespace

void find_domain(const State &s, Exchange &e) {
    // Section 16.5: "If the Request-URI of the request contains an maddr parameter, the Request-URI MUST be
    // placed into the target set as the only target URI": what names another place is not for our users.
    bool elsewhere = e.uri.params.has("maddr") && !is_own_maddr(s, e.uri);
    e.domain = elsewhere || is_upstream_domain(s, e.uri) ? std::nullopt : s.identity.own_domain(e.uri);
}

void take_own_maddr(const State &s, Exchange &e) {
    // "If the Request-URI has a maddr parameter with a value the proxy is responsible for [...] the proxy
    // MUST strip the maddr and any non-default port or transport parameter and continue processing as if
    // those values had not been present in the request."
    if (!is_own_maddr(s, e.uri))
        return;
    wire::sip::Edit edit(e.request);
    edit.request_uri(without_place(e.uri));
    e.replace_request(*wire::sip::Message::parse(edit.render()));
}

std::optional<RouteToken> undo_strict_routing(const State &s, Exchange &e) {
    auto token = s.token_key.open(e.uri.user);
    std::optional<wire::sip::Value> last;
    for (const wire::sip::Value &value : e.request.values(HeaderId::route))
        last = value;
    if (!token || !last)
        return std::nullopt;
    auto target = wire::sip::NameAddr::parse(last->text);
    if (!target || !target->uri.is_sip())
        return std::nullopt;
    // "If the Request-URI of the request contains a value this proxy previously placed into a Record-Route
    // header field [...], the proxy MUST replace the Request-URI in the request with the last value from the
    // Route header field, and remove that value from the Route header field."
    wire::sip::Edit edit(e.request);
    edit.request_uri(target->uri.text);
    edit.remove(*last);
    e.replace_request(*wire::sip::Message::parse(edit.render()));
    find_domain(s, e);
    return token;
}

} // namespace cord::engine::proxy
