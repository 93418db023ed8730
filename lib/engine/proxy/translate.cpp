#include "engine/locate/directory.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/repair.hpp"
#include "engine/proxy/route.hpp"
#include "engine/registrar/gruu.hpp"
#include "wire/sip/edit.hpp"

namespace cord::engine::proxy {
namespace {

/// A user of our domains is meant, and nothing says that it is somewhere else.
bool names_user(const Exchange &e) {
    return e.domain && !e.uri.user.empty() && !e.in_dialog && !e.to_upstream && !e.next_hop &&
           e.client.empty() && !registrar::is_gruu(e.uri) && e.request.method() != wire::sip::Method::ack;
}

/// The request is for this URI instead, if that can be.
void send_to(State &s, Exchange &e, const std::string &uri) {
    auto parsed = wire::sip::Uri::parse(uri);
    if (!parsed || !parsed->is_sip() || uri == e.uri.text)
        return;
    wire::sip::Edit edit(e.request);
    edit.request_uri(uri);
    e.replace_request(*wire::sip::Message::parse(edit.render()));
    find_domain(s, e);
}

} // namespace

Next translate(State &s, Exchange &e) {
    if (!s.config.directory || !names_user(e))
        return Next::go_on;
    const locate::Directory &directory = *s.config.directory;
    const std::string &caller = e.authenticated.empty() ? e.sender : e.authenticated;
    const std::string number = wire::sip::unescape(e.uri.user);
    if (const std::string *uri = directory.speed_dial(caller, number))
        send_to(s, e, *uri);
    if (names_user(e))
        if (const std::string *uri = directory.alias(wire::sip::unescape(e.uri.user), *e.domain))
            send_to(s, e, *uri);
    if (e.domain)
        return Next::go_on;
    // As for every request that leaves our domains: it is for users of ours, and by a way that is allowed.
    if (s.config.authenticate && e.authenticated.empty())
        return reply(s, e, 403, "Relaying Is For Users Of This Proxy");
    e.next_hop = allowed_hop(s, e.uri);
    if (!e.next_hop)
        e.next_hop = s.config.outbound_proxy;
    return e.next_hop ? Next::go_on : reply(s, e, 403, "Not Relaying To This Domain");
}

} // namespace cord::engine::proxy
