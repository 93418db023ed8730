#include "location.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/locate/row.hpp"
#include "engine/locate/table.hpp"
#include "io/net/clock.hpp"
#include "io/net/host.hpp"
#include "io/rpc/json_text.hpp"
#include "io/rpc/names.hpp"
#include "wire/sip/uri.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using engine::locate::Binding;
using io::net::now;
using io::rpc::Answer;
using io::rpc::JsonText;
using io::rpc::Params;
using io::rpc::refuse;
namespace names = io::rpc::names;

constexpr int not_found = 404;

std::string or_not_set(const std::string &text) { return text.empty() ? "[not set]" : text; }

void write_contact(JsonText &json, const Binding &binding, const std::string &node, base::UnixTime at) {
    using std::chrono::duration_cast;
    using std::chrono::seconds;
    engine::locate::Row row = engine::locate::to_row(binding);
    json.begin('{').key("Contact").begin('{');
    json.key("Address").text(row.contact);
    json.key("Expires").number(duration_cast<seconds>(binding.expires - at).count());
    json.key("Q").real(row.q);
    json.key("Call-ID").text(row.callid).key("CSeq").number(row.cseq);
    json.key("User-Agent").text(or_not_set(row.user_agent));
    json.key("Received").text(or_not_set(row.received));
    json.key("Path").text(or_not_set(row.path));
    json.key("State").text(binding.reachable ? "CS_SYNC" : "CS_OFFLINE");
    json.key("Flags").number(row.flags).key("CFlags").number(row.cflags);
    json.key("Socket").text(or_not_set(row.socket));
    json.key("Methods").number(row.methods);
    json.key("Ruid").text(row.ruid);
    json.key("Instance").text(or_not_set(row.instance));
    json.key("Reg-Id").number(row.reg_id);
    json.key("Server-Id").number(row.server_id);
    json.key("Tcpconn-Id")
        .number(binding.flow.connection == 0 ? -1 : static_cast<std::int64_t>(binding.flow.connection));
    json.key("Last-Modified").number(duration_cast<seconds>(binding.modified.time_since_epoch()).count());
    json.key("Transport").text(engine::transaction::name(binding.flow.transport));
    json.key("Node").text(node);
    json.end('}').end('}');
}

void write_aor(JsonText &json, const std::string &aor, const std::vector<Binding> &bindings,
               const std::string &node) {
    base::UnixTime at = now().unix;
    json.begin('{').key("AoR").text(aor).key("Contacts").begin('[');
    for (const Binding &binding : bindings)
        write_contact(json, binding, node, at);
    json.end(']').end('}');
}

/// "brief" leaves it at the names, in the shape that kamctl's `online` reads.
Answer dump(Proxy &proxy, const Params &params) {
    const bool brief = params.find(0, "mode") == "brief";
    std::map<std::string, std::vector<Binding>> by_aor;
    for (Binding &binding : proxy.core().contacts(now())) {
        std::string aor = engine::locate::aor_key(binding);
        by_aor[aor].push_back(std::move(binding));
    }
    JsonText json;
    json.begin('{').key("Domains").begin('[').begin('{').key("Domain").begin('{');
    json.key("Domain").text("location").key("Size").number(static_cast<std::int64_t>(by_aor.size()));
    json.key("AoRs").begin('[');
    for (const auto &[aor, bindings] : by_aor) {
        json.begin('{');
        if (brief)
            json.key("AoR").text(aor);
        else
            write_aor(json.key("Info"), aor, bindings, proxy.node());
        json.end('}');
    }
    json.end(']')
        .key("Stats")
        .begin('{')
        .key("Records")
        .number(static_cast<std::int64_t>(by_aor.size()))
        .end('}');
    json.end('}').end('}').end(']').end('}');
    return json.str();
}

struct Aor {
    std::string user, domain;
};

/// Kamailio's ul methods name a table first, and there is one.
base::Result<Aor, io::rpc::Refusal> aor_of(const Proxy &proxy, const Params &params) {
    auto table = params.find(0, "table"), aor = params.find(1, "AOR");
    if (!table || !aor)
        return refuse(io::rpc::invalid_params, "the parameters are: location, user@domain");
    if (*table != "location")
        return refuse(not_found, fmt::format("there is no table {}", *table));
    auto [user, domain] = base::cut(*aor, '@');
    if (user.size() == aor->size())
        domain = proxy.config().domains.empty() ? std::string_view() : proxy.config().domains.front();
    return Aor{std::string(user), base::lower(domain)};
}

Answer look_up(Proxy &proxy, const Params &params) {
    auto aor = aor_of(proxy, params);
    if (!aor)
        return tl::unexpected(aor.error());
    auto bindings = proxy.core().contacts(aor->user, aor->domain, now());
    if (bindings.empty())
        return refuse(not_found, "AOR not found");
    JsonText json;
    write_aor(json, engine::locate::aor_key(aor->user, aor->domain), bindings, proxy.node());
    return json.str();
}

Answer remove(Proxy &proxy, const Params &params, bool one) {
    auto aor = aor_of(proxy, params);
    if (!aor)
        return tl::unexpected(aor.error());
    std::string contact;
    if (one) {
        auto given = params.find(2, "contact");
        if (!given || given->empty())
            return refuse(io::rpc::invalid_params, "the parameters are: location, user@domain, contact");
        contact = *given;
    }
    if (proxy.kick(aor->user, aor->domain, contact) == 0)
        return refuse(not_found, one ? "Contact not found" : "AOR not found");
    return "{}";
}

/// An expires of 0 is Kamailio's word for a contact that stays.
constexpr std::uint64_t permanent = 315'360'000; // seconds

/// The flow by which such a contact is reached: one of our listeners, and an address. Names are not looked
/// up.
base::Result<std::pair<std::string, std::string>, std::string> way_to(const Proxy &proxy,
                                                                      const std::string &contact) {
    using engine::transaction::Transport;
    auto uri = wire::sip::Uri::parse(contact);
    if (!uri || !uri->is_sip())
        return tl::unexpected(std::string("the contact is no SIP URI"));
    const auto ip = base::IpAddress::parse(uri->host);
    if (!ip)
        return tl::unexpected(std::string("the contact wants an IP address"));
    const auto named = engine::transaction::transport_from(uri->transport());
    const Transport transport = named.value_or(uri->is_sips() ? Transport::tls : Transport::udp);
    const auto source = io::net::source_address(*ip);
    for (const engine::proxy::Listener &listener : proxy.config().listeners) {
        base::Endpoint local = listener.local;
        if (local.ip.is_any() && source)
            local.ip = *source;
        if (listener.transport != transport || is_websocket(transport) || local.ip.v6 != ip->v6)
            continue;
        const base::Endpoint remote{*ip, uri->port.value_or(engine::transaction::default_port(transport))};
        const auto name = engine::transaction::name(transport);
        return std::pair(fmt::format("sip:{};transport={}", remote.text(), name),
                         fmt::format("{}:{}", name, local.text()));
    }
    return tl::unexpected(std::string("there is no listener of its transport and address family"));
}

/// One more contact, as long as a registration: of a phone that does not register.
Answer add(Proxy &proxy, const Params &params) {
    auto aor = aor_of(proxy, params);
    if (!aor)
        return tl::unexpected(aor.error());
    const auto contact = params.find(2, "contact");
    const auto expires = base::to_uint(params.find(3, "expires").value_or("0"), permanent);
    const std::string q = params.find(4, "q").value_or("-1"), path = params.find(5, "path").value_or("");
    if (!contact || !expires)
        return refuse(io::rpc::invalid_params,
                      "the parameters are: location, user@domain, contact, expires, q, path");
    const auto &domains = proxy.config().domains;
    if (std::find(domains.begin(), domains.end(), aor->domain) == domains.end())
        return refuse(not_found, fmt::format("{} is no domain of this registrar", aor->domain));
    auto way = way_to(proxy, *contact);
    if (!way)
        return refuse(io::rpc::invalid_params, way.error());
    engine::locate::Row row;
    for (const Binding &binding : proxy.core().contacts(aor->user, aor->domain, now()))
        if (binding.contact == *contact)
            row.ruid = binding.ruid;
    row.username = aor->user;
    row.domain = aor->domain;
    row.contact = *contact;
    std::tie(row.received, row.socket) = std::move(*way);
    if (path.starts_with("sip"))
        row.path = "<" + path + ">";
    row.expires = now().unix + std::chrono::seconds(*expires == 0 ? permanent : *expires);
    row.q = std::strtod(q.c_str(), nullptr);
    row.callid = "ul.add@cordboard";
    row.user_agent = "cordboard RPC";
    row.last_modified = now().unix;
    return proxy.add_contact(std::move(row)) ? Answer("{}")
                                             : refuse(io::rpc::invalid_params, "the contact cannot be added");
}

} // namespace

void add_location_methods(io::rpc::Methods &methods, Proxy &proxy) {
    methods.add(names::dump_bindings, [&proxy](const Params &p) { return dump(proxy, p); });
    methods.add(names::look_up, [&proxy](const Params &p) { return look_up(proxy, p); });
    methods.add(names::remove_bindings, [&proxy](const Params &p) { return remove(proxy, p, false); });
    methods.add(names::remove_contact, [&proxy](const Params &p) { return remove(proxy, p, true); });
    methods.add("ul.add", [&proxy](const Params &p) { return add(proxy, p); });
}

} // namespace cord::tools::sipws_proxy
