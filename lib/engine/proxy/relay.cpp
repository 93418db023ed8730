#include "engine/proxy/dialog.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/upstream.hpp"

namespace cord::engine::proxy {

using wire::sip::Method;

namespace {

Next admit(State &s, Exchange &e) {
    if (s.draining && e.request.method() == Method::invite)
        return reply(s, e, 503, "Shutting Down", {{"Retry-After", "10"}});
    return Next::go_on;
}

} // namespace

Next check_relay(State &s, Exchange &e) {
    if (e.in_dialog) {
        // A leg that speaks from another flow than before had to prove itself, as the user it belongs to.
        return may_speak_for_leg(s, e) ? Next::go_on : reply(s, e, 403, "Not A Party Of This Call");
    }
    if (Next next = relay_upstream(s, e); next != Next::go_on)
        return next;
    if (!e.client.empty() || e.to_upstream)
        return admit(s, e);
    if (e.request.method() == Method::register_) {
        if (!e.domain)
            return reply(s, e, 403, "Not A Domain Of This Registrar");
        // RFC 3261 section 10.3 item 5: "If the address-of-record is not valid for the domain in the
        // Request-URI, the registrar MUST send a 404 (Not Found) response". An address of ours in the
        // Request-URI stands for every domain of ours.
        auto domain = is_upstream_domain(s, e.to.uri) ? std::nullopt : s.identity.own_domain(e.to.uri);
        auto named = s.identity.domain_named(e.uri.host);
        return domain && (!named || *named == *domain) ? Next::go_on : reply(s, e, 404);
    }
    if (e.from_trunk && (!e.domain || e.next_hop))
        return reply(s, e, 403, "Trunks Reach Users Of This Proxy Alone");
    // Another domain's server may call our users, and reaches nobody beyond them.
    const bool visits = e.vouched_for && e.domain && !e.next_hop;
    // We relay for our own users, and to our own domains or where the operator lets it lead.
    if (s.config.authenticate && e.authenticated.empty() && !e.trusted && !visits && !e.from_trunk &&
        !e.is_for_server() && !comes_from_upstream(s, e.flow))
        return reply(s, e, 403, "Relaying Is For Users Of This Proxy");
    if (!e.domain && !e.next_hop && !e.authenticated.empty())
        e.next_hop = s.config.outbound_proxy;
    if (!e.domain && !e.next_hop)
        return reply(s, e, 403, "Not Relaying To This Domain");
    return admit(s, e);
}

} // namespace cord::engine::proxy
