#include "engine/proxy/upstream_register.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/proxy/calls.hpp"
#include "engine/proxy/upstream.hpp"
#include "engine/proxy/way.hpp"
#include "engine/registrar/answer.hpp"
#include "engine/registrar/contact.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using locate::Binding;
using registrar::Contact;
using wire::sip::Edit;
using wire::sip::HeaderId;
using wire::sip::Message;

std::string user_of(const Exchange &e) {
    return locate::aor_key(wire::sip::unescape(e.to.uri.user), e.to.uri.host);
}

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

/// The tokens of the clients that a REGISTER asks for.
std::set<std::string> tokens_asked_for(const State &s, const Exchange &e) {
    std::set<std::string> tokens;
    if (auto contacts = registrar::read_contacts(e.request)) // else the upstream server says what is wrong
        for (const Contact &contact : *contacts)
            if (contact.expires != 0U)
                tokens.insert(client_of(s, e, contact).ruid);
    return tokens;
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

/// Whether the upstream server names this client in its answer.
bool names(const State &s, const Contact &answered, const Binding &client) {
    auto uri = wire::sip::Uri::parse(answered.uri);
    if (clients_have_our_contact(s))
        return uri && uri->user == client.ruid;
    auto own = wire::sip::Uri::parse(client.contact);
    return uri && own && wire::sip::equivalent(*uri, *own);
}

/// For how long the upstream server registered this client, by the Contacts of its answer.
std::uint32_t granted(const State &s, const Binding &client, const std::vector<Contact> &answered) {
    for (const Contact &contact : answered)
        if (names(s, contact, client))
            return contact.expires.value_or(s.config.default_expires);
    return 0;
}

} // namespace

Next bound_upstream_clients(State &s, Exchange &e) {
    const std::set<std::string> asked = tokens_asked_for(s, e);
    const auto added = static_cast<std::size_t>(std::count_if(
        asked.begin(), asked.end(), [&](const auto &token) { return !s.upstream_clients.find(token); }));
    if (added == 0)
        return Next::go_on;
    // Those that cannot be reached make room, here and below.
    if (s.upstream_clients.reachable() + added > s.config.max_upstream_clients) {
        ++s.counts["overload"];
        return reply(s, e, 503, "Too Many Clients", {{"Retry-After", "60"}});
    }
    const auto &known = s.upstream_clients.of(user_of(e));
    const auto others = static_cast<std::size_t>(std::count_if(
        known.begin(), known.end(), [&](const auto &b) { return b.reachable && !asked.contains(b.ruid); }));
    if (others + asked.size() > s.config.max_contacts)
        return reply(s, e, 403, "Too Many Contacts");
    return Next::go_on;
}

void name_us_in_register(Edit &edit, const State &s, const Exchange &e, const Branch &branch) {
    auto contacts = registrar::read_contacts(e.request);
    if (!contacts || contacts->empty())
        return; // a question for what is registered, or all of it to be removed
    auto uri_for = [&](const Contact &contact) {
        return our_uri(s, branch.target.flow, client_of(s, e, contact).ruid);
    };
    if (!clients_have_our_contact(s)) {
        // RFC 5626 section 5.1: "the first node MUST include an 'ob' URI parameter in its Path header field
        // value. If the edge proxy is not the first SIP node after the UAC it MUST NOT place" one.
        const char *outbound = registrar::is_first_hop(e.request) ? ";ob" : "";
        edit.prepend(HeaderId::path, fmt::format("<{};lr{}>", uri_for(contacts->front()), outbound));
        if (!wire::sip::lists(e.request, HeaderId::supported, "path"))
            edit.append(HeaderId::supported, "path");
        // RFC 3327 section 5.2: where "the proxy requires the registrar to support the Path extension, then
        // the proxy SHOULD insert a Requires header field value for this extension."
        if (!wire::sip::lists(e.request, HeaderId::require, "path"))
            edit.append(HeaderId::require, "path");
        return;
    }
    auto contact = contacts->begin();
    for (const wire::sip::Value &value : e.request.values(HeaderId::contact))
        if (contact != contacts->end())
            write_our_contact(edit, value, uri_for(*contact++));
}

void note_upstream_registration(State &s, const Exchange &e, const Message &response) {
    if (wire::sip::is_wildcard_contact(e.request))
        return s.upstream_clients.remove_all(user_of(e));
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
        move_legs(s, client);
        s.upstream_clients.put(std::move(client), s.config.max_contacts, s.config.max_upstream_clients);
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

} // namespace cord::engine::proxy
