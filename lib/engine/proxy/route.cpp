#include "base/text.hpp"
#include "engine/proxy/dialog.hpp"
#include "engine/proxy/processor.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::NameAddr;

/// What the Routes at the top that name us say, until the first that names another.
struct OwnRoutes {
    std::size_t count = 0;
    std::optional<RouteToken> token;
    std::optional<NameAddr> next; ///< The first Route that is not ours.
};

OwnRoutes read_routes(const State &s, const wire::sip::Message &request) {
    OwnRoutes own;
    for (const wire::sip::Value &value : request.values(HeaderId::route)) {
        auto route = NameAddr::parse(value.text);
        if (!route)
            return own;
        auto token = s.token_key.open(route->uri.user);
        if (!token && !s.identity.is_own_address(route->uri.host, route->uri.port) &&
            !s.identity.own_domain(route->uri)) {
            own.next = *route;
            return own;
        }
        if (token)
            own.token = token;
        ++own.count;
    }
    return own;
}

const NextHop *allowed_hop(const State &s, const NameAddr &route) {
    for (const NextHop &hop : s.config.next_hops)
        if (base::iequals(hop.host, route.uri.host) &&
            route.uri.port.value_or(hop.address.port) == hop.address.port)
            return &hop;
    return nullptr;
}

/// A Route of a request outside any dialog is the client's own wish. It leads where the operator allows it,
/// else it is taken off: some clients put their outbound proxy into every request, and that is us.
void follow_client_route(State &s, Exchange &e, const NameAddr &route) {
    if (const NextHop *hop = allowed_hop(s, route)) {
        Target target;
        target.uri = e.request.request_uri();
        target.flow = s.flow_to(*hop);
        e.next_hop = std::move(target);
        return;
    }
    e.drop_foreign_routes = true;
}

/// A request inside a dialog that does not come by our Record-Route, to an address of record: it is routed
/// like one outside of any.
bool is_for_user(const Exchange &e) { return !e.uri.user.empty() && e.domain; }

} // namespace

Next preprocess_route(State &s, Exchange &e) {
    OwnRoutes own = read_routes(s, e.request);
    e.own_routes = own.count;
    if (!e.to.tag().empty() && (own.token || !is_for_user(e)))
        return enter_dialog(s, e, own.token);
    if (own.next)
        follow_client_route(s, e, *own.next);
    return Next::go_on;
}

} // namespace cord::engine::proxy
