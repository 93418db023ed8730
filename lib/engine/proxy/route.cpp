#include "engine/proxy/route.hpp"

#include "engine/proxy/dialog.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/repair.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using resolve::Destination;
using wire::sip::HeaderId;
using wire::sip::NameAddr;

/// What the Routes at the top that name us say, until the first that names another.
struct OwnRoutes {
    std::size_t count = 0;
    std::optional<RouteToken> token;
    std::string client;           ///< A client's, of a registered Path.
    std::optional<NameAddr> next; ///< The first Route that is not ours.
};

/// Of an address another port, if only the usual one, is another server on this machine.
bool names_us(const State &s, const wire::sip::Uri &uri) {
    if (!base::IpAddress::parse(uri.host))
        return s.identity.own_domain(uri).has_value();
    auto transport = transaction::transport_from(uri.params.value("transport").value_or("udp"));
    return s.identity.is_own_address(
        uri.host, uri.port.value_or(transaction::default_port(transport.value_or(Transport::udp))));
}

OwnRoutes read_routes(const State &s, const wire::sip::Message &request) {
    OwnRoutes own;
    for (const wire::sip::Value &value : request.values(HeaderId::route)) {
        auto route = NameAddr::parse(value.text);
        if (!route)
            return own;
        auto token = s.token_key.open(route->uri.user);
        if (!token && !names_us(s, route->uri)) {
            own.next = *route;
            return own;
        }
        if (token && token->call != 0)
            own.token = token;
        if (s.token_key.is_client(route->uri.user))
            own.client = route->uri.user;
        ++own.count;
    }
    return own;
}

} // namespace

std::optional<Destination> allowed_hop(const State &s, const wire::sip::Uri &uri) {
    auto wanted = Destination::of(uri);
    if (!wanted)
        return std::nullopt;
    for (Destination hop : s.config.next_hops) {
        if (!hop.transport)
            hop.transport = wanted->transport;
        hop.secure = wanted->secure;
        auto usual =
            transaction::default_port(hop.secure ? Transport::tls : hop.transport.value_or(Transport::udp));
        auto port = hop.port.value_or(usual);
        if (hop.host == wanted->host && wanted->port.value_or(port) == port)
            return hop;
    }
    return std::nullopt;
}

namespace {

/// A Route of a request outside any dialog is the client's own wish. It leads where the operator allows it,
/// else it is taken off: some clients put their outbound proxy into every request, and that is us.
void follow_client_route(State &s, Exchange &e, const NameAddr &route) {
    e.next_hop = allowed_hop(s, route.uri);
    e.drop_foreign_routes = !e.next_hop;
}

/// A request inside a dialog that does not come by our Record-Route, to an address of record: it is routed
/// like one outside of any.
bool is_for_user(const Exchange &e) { return !e.uri.user.empty() && e.domain; }

} // namespace

Next preprocess_route(State &s, Exchange &e) {
    take_own_maddr(s, e);
    std::optional<RouteToken> strict = undo_strict_routing(s, e);
    OwnRoutes own = read_routes(s, e.request);
    if (!own.token)
        own.token = strict;
    e.own_routes = own.count;
    e.client = std::move(own.client);
    if (s.token_key.is_client(e.uri.user) && s.identity.is_own_address(e.uri.host, e.uri.port))
        e.client = e.uri.user;
    if (!e.to.tag().empty() && (own.token || !is_for_user(e)))
        return enter_dialog(s, e, own.token);
    if (own.next)
        follow_client_route(s, e, *own.next);
    return Next::go_on;
}

} // namespace cord::engine::proxy
