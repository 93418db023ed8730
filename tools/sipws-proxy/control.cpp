#include "control.hpp"

#include <ctime>
#include <map>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "engine/locate/row.hpp"
#include "engine/locate/table.hpp"
#include "io/net/clock.hpp"
#include "io/rpc/json_text.hpp"
#include "io/rpc/names.hpp"

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

Answer dump(Proxy &proxy) {
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
        json.begin('{').key("Info");
        write_aor(json, aor, bindings, proxy.node());
        json.end('}');
    }
    json.end(']').end('}').end('}').end(']').end('}');
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
    return "null";
}

Answer statistics(Proxy &proxy, const Params &params) {
    auto wanted = params.find(0, "statistics").value_or("all");
    bool all = wanted == "all";
    JsonText json;
    bool any = false;
    json.begin('[');
    for (const auto &[name, value] : proxy.statistics()) {
        bool asked = all;
        for (const std::string &item : params.items)
            asked |= item == name;
        if (asked)
            json.text(fmt::format("{} = {}", name, value));
        any |= asked;
    }
    json.end(']');
    return any || all ? Answer(json.str())
                      : refuse(not_found, fmt::format("there is no statistic {}", wanted));
}

Answer calls(Proxy &proxy) {
    JsonText json;
    json.begin('[');
    for (const engine::proxy::CallInfo &call : proxy.core().calls(now())) {
        json.begin('{').key("id").text(call.id).key("call_id").text(call.call_id);
        json.key("from").text(call.from).key("to").text(call.to).key("state").text(call.state);
        json.key("duration").number(call.duration).key("bridged").truth(call.bridged);
        json.key("codecs").text(call.codecs).end('}');
    }
    json.end(']');
    return json.str();
}

/// As ctime(3) has it, without the line end.
std::string time_text(std::time_t at) {
    std::array<char, 32> text{};
    ::ctime_r(&at, text.data());
    return std::string(base::trim(text.data()));
}

Answer uptime(Proxy &proxy) {
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now().mono - proxy.started()).count();
    std::time_t at = std::chrono::system_clock::to_time_t(now().unix);
    JsonText json;
    json.begin('{').key("now").text(time_text(at)).key("up_since").text(time_text(at - seconds));
    json.key("uptime").number(seconds).end('}');
    return json.str();
}

Answer set_log_level(const Params &params) {
    using base::log::Level;
    auto level = params.find(0, "level").value_or("");
    for (auto [name, value] : {std::pair{"error", Level::error},
                               {"warning", Level::warning},
                               {"info", Level::info},
                               {"debug", Level::debug}})
        if (level == name) {
            base::log::set_level(value);
            return "null";
        }
    return refuse(io::rpc::invalid_params, "the level is error, warning, info or debug");
}

} // namespace

void add_methods(io::rpc::Methods &methods, Proxy &proxy, std::function<void()> drain) {
    methods.add(names::dump_bindings, [&proxy](const Params &) { return dump(proxy); });
    methods.add(names::look_up, [&proxy](const Params &p) { return look_up(proxy, p); });
    methods.add(names::remove_bindings, [&proxy](const Params &p) { return remove(proxy, p, false); });
    methods.add(names::remove_contact, [&proxy](const Params &p) { return remove(proxy, p, true); });
    methods.add(names::statistics, [&proxy](const Params &p) { return statistics(proxy, p); });
    methods.add(names::calls, [&proxy](const Params &) { return calls(proxy); });
    methods.add(names::user_changed, [&proxy](const Params &) {
        proxy.reload(); // the first user of a domain makes it ours
        return Answer("null");
    });
    methods.add(names::reload_domains, [&proxy](const Params &) {
        proxy.reload();
        return Answer("null");
    });
    methods.add("core.uptime", [&proxy](const Params &) { return uptime(proxy); });
    methods.add("core.version",
                [](const Params &) { return Answer(JsonText().text("cordboard " CORD_VERSION).str()); });
    methods.add("cord.log", [](const Params &p) { return set_log_level(p); });
    methods.add("cord.drain", [drain = std::move(drain)](const Params &) {
        drain();
        return Answer("null");
    });
}

} // namespace cord::tools::sipws_proxy
