#include "engine/proxy/upstream.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "engine/proxy/calls.hpp"
#include "engine/proxy/way.hpp"
#include "engine/registrar/contact.hpp"
#include "wire/sip/auth.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using locate::Binding;
using registrar::Contact;
using wire::sip::Edit;
using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

/// What a Contact of the REGISTER makes of the client, but for its time.
Binding client_of(const State &s, const Exchange &e, const Contact &contact) {
    Binding client;
    client.user = wire::sip::unescape(e.to.uri.user);
    client.domain = base::lower(e.to.uri.host);
    client.contact = contact.uri;
    client.instance = contact.instance;
    client.reg_id = contact.reg_id;
    client.flow = way_back(e.request, e.flow);
    client.ruid = s.token_key.seal_client(locate::slot_of(client));
    return client;
}

/// "sip:TOKEN@192.0.2.2:5060;transport=tcp": ours, as the upstream server reaches it.
std::string our_uri(const State &s, const Flow &flow, std::string_view token) {
    return fmt::format("sip:{}@{};transport={}", token, s.identity.host_port(flow),
                       transaction::name(flow.transport));
}

void write_our_contact(Edit &edit, const wire::sip::Value &value, const std::string &uri) {
    auto contact = wire::sip::NameAddr::parse(value.text);
    std::string text = fmt::format("<{}>", uri);
    for (const wire::sip::Param &param : contact->params)
        // RFC 5626 section 6: a registrar that knows flows would miss a Path here, and refuse with 439.
        if (!base::iequals(param.name, "reg-id"))
            text += param.quoted      ? fmt::format(";{}=\"{}\"", param.name, param.value)
                    : param.has_value ? fmt::format(";{}={}", param.name, param.value)
                                      : fmt::format(";{}", param.name);
    edit.replace(value, text);
}

/// How clients are made known; also of what is on its way when a reload takes the upstream server away.
bool by_contact(const State &s) { return !s.config.upstream || s.config.upstream->rewrite; }

bool has_option(const Message &message, HeaderId id, std::string_view option) {
    for (const wire::sip::Value &value : message.values(id))
        if (base::iequals(value.text, option))
            return true;
    return false;
}

/// Clients that a REGISTER would add to those we know.
std::size_t count_new_clients(const State &s, const Exchange &e) {
    auto contacts = registrar::read_contacts(e.request);
    if (!contacts)
        return 0; // the upstream server says what is wrong with them
    return static_cast<std::size_t>(
        std::count_if(contacts->begin(), contacts->end(), [&](const Contact &contact) {
            return contact.expires != 0U && s.upstream_clients.find(client_of(s, e, contact).ruid) == nullptr;
        }));
}

/// For how long the upstream server registered this client, by the Contacts of its answer.
std::uint32_t granted(const State &s, const Binding &client, const std::vector<Contact> &answered) {
    for (const Contact &contact : answered) {
        auto uri = wire::sip::Uri::parse(contact.uri);
        bool same = by_contact(s) ? uri && uri->user == client.ruid : contact.uri == client.contact;
        if (same)
            return contact.expires.value_or(s.config.default_expires);
    }
    return 0;
}

} // namespace

bool is_upstream_domain(const State &s, const wire::sip::Uri &uri) {
    if (!s.config.upstream || (uri.port && s.identity.is_own_address(uri.host, uri.port)))
        return false;
    const auto &domains = s.config.upstream->domains;
    return std::any_of(domains.begin(), domains.end(),
                       [&](const std::string &domain) { return base::iequals(domain, uri.host); });
}

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
    if (e.request.method() == Method::register_) {
        const std::size_t added = count_new_clients(s, e);
        if (added > 0 && s.upstream_clients.size() + added > base::limits::upstream_clients) {
            ++s.counts["overload"];
            return reply(s, e, 503, "Too Many Clients", {{"Retry-After", "60"}});
        }
        const auto aor = locate::aor_key(wire::sip::unescape(e.to.uri.user), base::lower(e.to.uri.host));
        if (added > 0 && s.upstream_clients.of(aor).size() + added > s.config.max_contacts)
            return reply(s, e, 403, "Too Many Contacts");
    }
    e.to_upstream = true;
    e.next_hop = s.config.upstream->place;
    return Next::go_on;
}

Next locate_client(State &s, Exchange &e) {
    const Binding *client = s.upstream_clients.find(e.client);
    if (client == nullptr || !client->reachable)
        // RFC 5626 section 5.3.1: for a flow named in a Path, "the proxy MUST reject the request with a 430
        // (Flow Failed) response".
        return by_contact(s) ? reply(s, e, 480) : reply(s, e, 430, "Flow Failed");
    Target target;
    target.uri = client->contact;
    target.flow = way_to_contact(client->contact, client->flow);
    target.aor = locate::aor_key(*client);
    target.slot = locate::slot_of(*client);
    target.kind = transaction::is_websocket(client->flow.transport) ? MediaKind::webrtc : MediaKind::plain;
    e.targets.push_back(std::move(target));
    return Next::go_on;
}

void name_us_in_register(Edit &edit, const State &s, const Exchange &e, const Branch &branch) {
    auto contacts = registrar::read_contacts(e.request);
    if (!contacts || contacts->empty())
        return; // a question for what is registered, or all of it to be removed
    auto uri_for = [&](const Contact &contact) {
        return our_uri(s, branch.target.flow, client_of(s, e, contact).ruid);
    };
    if (!by_contact(s)) {
        edit.prepend(HeaderId::path, fmt::format("<{};lr;ob>", uri_for(contacts->front())));
        if (!has_option(e.request, HeaderId::supported, "path"))
            edit.append(HeaderId::supported, "path");
        return;
    }
    auto contact = contacts->begin();
    for (const wire::sip::Value &value : e.request.values(HeaderId::contact))
        if (contact != contacts->end())
            write_our_contact(edit, value, uri_for(*contact++));
}

void note_upstream_registration(State &s, const Exchange &e, const Message &response) {
    auto answered = registrar::read_contacts(response);
    auto asked = registrar::read_contacts(e.request);
    if (!answered || !asked)
        return;
    for (const Contact &contact : *asked) {
        Binding client = client_of(s, e, contact);
        const std::uint32_t seconds = granted(s, client, *answered);
        if (seconds == 0) {
            s.upstream_clients.remove(locate::aor_key(client), client.ruid);
            continue;
        }
        client.expires = s.now.unix + std::chrono::seconds(seconds);
        move_legs(s, locate::slot_of(client), client.flow);
        s.upstream_clients.put(std::move(client));
    }
}

void restore_contacts(Edit &edit, const State &s) {
    for (const wire::sip::Value &value : edit.original().values(HeaderId::contact)) {
        auto contact = wire::sip::NameAddr::parse(value.text);
        const Binding *client = contact ? s.upstream_clients.find(contact->uri.user) : nullptr;
        if (client == nullptr)
            continue;
        // No more than the client needs to find itself: some phones copy the rest into their calls.
        auto expires = contact->params.value("expires");
        edit.replace(value, fmt::format("<{}>{}{}", client->contact, expires ? ";expires=" : "",
                                        expires.value_or("")));
    }
}

void take_auth_int(Edit &edit) {
    for (const wire::sip::Field &field : edit.original().fields()) {
        if (field.id != HeaderId::www_authenticate && field.id != HeaderId::proxy_authenticate)
            continue;
        auto challenge = wire::sip::AuthValue::parse(field.value);
        auto qop = challenge ? challenge->param("qop") : std::nullopt;
        if (!qop)
            continue;
        bool both = false, auth = false;
        base::split(*qop, ',', [&](std::string_view option) {
            auth = auth || base::iequals(base::trim(option), "auth");
            both = both || base::iequals(base::trim(option), "auth-int");
        });
        if (auth && both)
            edit.replace(*qop, "auth");
    }
}

} // namespace cord::engine::proxy
