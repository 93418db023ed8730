#include "engine/proxy/upstream.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "engine/proxy/upstream_register.hpp"
#include "engine/proxy/way.hpp"

namespace cord::engine::proxy {

using wire::sip::Method;

bool is_upstream_domain(const State &s, const wire::sip::Uri &uri) {
    if (!s.config.upstream || (uri.port && s.identity.is_own_address(uri.host, uri.port)))
        return false;
    const auto &domains = s.config.upstream->domains;
    return std::any_of(domains.begin(), domains.end(),
                       [&](const std::string &domain) { return base::iequals(domain, uri.host); });
}

bool clients_have_our_contact(const State &s) { return !s.config.upstream || s.config.upstream->rewrite; }

bool comes_from_upstream(const State &s, const Flow &flow) {
    const auto &[place, hops] = s.upstream_found;
    // A reload may have named another server, or none.
    if (!s.config.upstream || s.config.upstream->place != place || transaction::is_websocket(flow.transport))
        return false;
    return std::any_of(hops.begin(), hops.end(), [&](const NextHop &next) {
        // A stream that it opened comes from any port.
        return flow.is_reliable() ? next.hop.address.ip == flow.remote.ip : next.hop.address == flow.remote;
    });
}

Next relay_upstream(State &s, Exchange &e) {
    const bool from = comes_from_upstream(s, e.flow);
    if (!e.client.empty())
        return from ? Next::go_on : reply(s, e, 403, "Not From The Upstream Server");
    const bool for_its_user = is_upstream_domain(s, e.from.uri) || !e.authenticated.empty();
    const bool leaves = is_upstream_domain(s, e.uri) || (is_upstream_domain(s, e.from.uri) && !e.domain);
    // What it sends astray does not go back to it. A stream may be that of a client on the same host; then
    // loops are found by RFC 3261 section 16.3 item 4.
    const bool astray = from && !e.flow.is_reliable();
    if (!leaves || !for_its_user || astray)
        return Next::go_on;
    if (e.request.method() == Method::register_)
        if (Next next = bound_upstream_clients(s, e); next != Next::go_on)
            return next;
    e.to_upstream = true;
    e.next_hop = s.config.upstream->place;
    return Next::go_on;
}

Next locate_client(State &s, Exchange &e) {
    const locate::Binding *client = s.upstream_clients.find(e.client);
    if (client == nullptr || !client->reachable)
        // RFC 5626 section 5.3.1: "If the flow no longer exists, the proxy SHOULD send a 430 (Flow Failed)
        // response to the request."
        return clients_have_our_contact(s) ? reply(s, e, 480) : reply(s, e, 430, "Flow Failed");
    Target target;
    target.uri = client->contact;
    target.flow = way_to_contact(client->contact, client->flow);
    target.aor = locate::aor_key(*client);
    target.slot = locate::slot_of(*client);
    target.kind = transaction::is_websocket(client->flow.transport) ? MediaKind::webrtc : MediaKind::plain;
    e.targets.push_back(std::move(target));
    return Next::go_on;
}

} // namespace cord::engine::proxy
