#include "kamailio_core.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "io/net/clock.hpp"
#include "io/rpc/json_text.hpp"
#include "io/rpc/names.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using engine::proxy::Listener;
using io::net::now;
using io::rpc::Answer;
using io::rpc::JsonText;
using io::rpc::Params;
using io::rpc::refuse;

/// As ctime(3) has it, without the line end.
std::string time_text(std::time_t at) {
    std::array<char, 32> text{};
    ::ctime_r(&at, text.data());
    return std::string(base::trim(text.data()));
}

std::int64_t seconds_up(const Proxy &proxy) {
    return std::chrono::duration_cast<std::chrono::seconds>(now().mono - proxy.started()).count();
}

Answer uptime(const Proxy &proxy) {
    const std::int64_t seconds = seconds_up(proxy);
    std::time_t at = std::chrono::system_clock::to_time_t(now().unix);
    JsonText json;
    json.begin('{').key("now").text(time_text(at)).key("up_since").text(time_text(at - seconds));
    json.key("uptime").number(seconds).end('}');
    return json.str();
}

Answer version() { return JsonText().text("cordboard " CORD_VERSION).str(); }

Answer info() {
    JsonText json;
    json.begin('{').key("version").text("cordboard " CORD_VERSION).key("id").text("");
    return json.key("compiler")
        .text(__VERSION__)
        .key("compiled")
        .text("")
        .key("flags")
        .text("")
        .end('}')
        .str();
}

Answer run_info(const Proxy &proxy) {
    const std::int64_t up = seconds_up(proxy);
    const std::time_t at = std::chrono::system_clock::to_time_t(now().unix);
    JsonText json;
    json.begin('{').key("name").text("cordboard").key("version").text(CORD_VERSION).key("sourceid").text("");
    json.key("compiler").text(__VERSION__).key("compiled").text("").key("time_now").text(time_text(at));
    json.key("time_started").text(time_text(at - up)).key("uptime_secs").number(up);
    return json.key("utime_days")
        .text(fmt::format("{}d {}h {}m {}s", up / 86'400, up / 3600 % 24, up / 60 % 60, up % 60))
        .end('}')
        .str();
}

/// Those of Kamailio's modules whose methods are known here.
Answer modules() {
    JsonText json;
    json.begin('[');
    for (const char *name : {"corex", "dialog", "dispatcher", "domain", "jsonrpcs", "kex", "permissions",
                             "rtpengine", "tls", "uac", "usrloc"})
        json.text(name);
    return json.end(']').str();
}

/// Kamailio's three lists of processes, by the names that each gives its columns. There is one process.
Answer processes(const char *index, const char *pid, const char *description, bool with_status) {
    JsonText json;
    json.begin('[').begin('{').key(index).number(0).key(pid).number(::getpid());
    if (with_status)
        json.key("status").number(1).key("rank").number(0);
    return json.key(description).text("sipws-proxy").end('}').end(']').str();
}

/// A pair for each, as Kamailio's core.ps has them.
Answer process_pairs() {
    JsonText json;
    return json.begin('[').number(::getpid()).text("sipws-proxy").end(']').str();
}

std::string address_of(const Listener &listener) { return listener.local.ip.text(); }

Answer list_sockets(const Proxy &proxy) {
    JsonText json;
    json.begin('[');
    for (const Listener &listener : proxy.config().listeners) {
        json.begin('{').key("PROTO").text(engine::transaction::name(listener.transport));
        json.key("NAME").text(address_of(listener));
        json.key("ADDRLIST").begin('{').key("ADDR").text(address_of(listener)).end('}');
        json.key("PORT").text(std::to_string(listener.local.port));
        json.key("MCAST")
            .text("no")
            .key("MHOMED")
            .text("no")
            .key("VIRTUAL")
            .text("no")
            .key("SOCKNAME")
            .text("-");
        const bool named = !listener.advertised_host.empty();
        json.key("ADVERTISE").text(named ? listener.advertised_host : "-").end('}');
    }
    return json.end(']').str();
}

Answer sockets(const Proxy &proxy) {
    JsonText json;
    json.begin('[');
    for (const Listener &listener : proxy.config().listeners) {
        json.begin('{').key("socket").begin('{');
        json.key("proto")
            .text(engine::transaction::name(listener.transport))
            .key("address")
            .text(address_of(listener));
        json.key("port").text(std::to_string(listener.local.port));
        json.key("mcast").text("no").key("mhomed").text("no").key("virtual").text("no").end('}').end('}');
    }
    return json.end(']').str();
}

/// The names that are ours: the domains, on every transport that is listened on.
Answer list_aliases(const Proxy &proxy) {
    JsonText json;
    json.begin('[');
    for (const std::string &domain : proxy.config().domains)
        for (const Listener &listener : proxy.config().listeners) {
            json.begin('{').key("PROTO").text(engine::transaction::name(listener.transport));
            json.key("ADDR").text(domain).key("PORT").number(listener.local.port).end('}');
        }
    return json.end(']').str();
}

Answer tcp_info(const Proxy &proxy) {
    std::int64_t all = 0, secure = 0;
    for (const auto &[transport, count] : proxy.connections()) {
        all += static_cast<std::int64_t>(count);
        secure += engine::transaction::is_secure(transport) ? static_cast<std::int64_t>(count) : 0;
    }
    JsonText json;
    json.begin('{').key("readers").number(1).key("opened_connections").number(all);
    return json.key("opened_tls_connections").number(secure).end('}').str();
}

/// Who is connected, the first to come first.
std::vector<io::net::Flow> flows_in_order(const Proxy &proxy) {
    std::vector<io::net::Flow> flows = proxy.open_flows();
    std::sort(flows.begin(), flows.end(),
              [](const auto &a, const auto &b) { return a.connection < b.connection; });
    return flows;
}

void write_ends(JsonText &json, const io::net::Flow &flow) {
    json.key("src_ip").text(flow.remote.ip.text()).key("src_port").number(flow.remote.port);
    json.key("dst_ip").text(flow.local.ip.text()).key("dst_port").number(flow.local.port);
}

Answer tcp_list(const Proxy &proxy) {
    JsonText json;
    json.begin('[');
    for (const io::net::Flow &flow : flows_in_order(proxy)) {
        json.begin('{').key("id").number(static_cast<std::int64_t>(flow.connection));
        json.key("type").text(engine::transaction::via_name(flow.transport)).key("state").text("CONN_OK");
        write_ends(json, flow);
        json.end('}');
    }
    return json.end(']').str();
}

Answer tls_list(const Proxy &proxy) {
    JsonText json;
    json.begin('[');
    for (const io::net::Flow &flow : flows_in_order(proxy)) {
        if (!engine::transaction::is_secure(flow.transport))
            continue;
        json.begin('{').key("id").number(static_cast<std::int64_t>(flow.connection));
        write_ends(json, flow);
        json.key("state").text("established").end('}');
    }
    return json.end(']').str();
}

Answer tls_info(const Proxy &proxy) {
    std::int64_t secure = 0;
    for (const auto &[transport, count] : proxy.connections())
        secure += engine::transaction::is_secure(transport) ? static_cast<std::int64_t>(count) : 0;
    JsonText json;
    const std::size_t most = io::net::Transports::Options{}.max_connections;
    json.begin('{').key("max_connections").number(static_cast<std::int64_t>(most));
    return json.key("opened_connections")
        .number(secure)
        .key("clear_text_write_queued_bytes")
        .number(0)
        .end('}')
        .str();
}

Answer domains(const Proxy &proxy) {
    JsonText json;
    json.begin('{').key("domains").begin('[');
    for (const std::string &domain : proxy.config().domains)
        json.begin('{').key("domain").text(domain).key("did").text(domain).end('}');
    return json.end(']').key("attributes").begin('[').end(']').end('}').str();
}

/// Kamailio's levels, as far as there are such here: -1 errors, 0 warnings, 2 information, 3 all.
Answer debug_level(Proxy &proxy, const Params &params) {
    using base::log::Level;
    constexpr std::pair<Level, std::int64_t> levels[] = {
        {Level::error, -1}, {Level::warning, 0}, {Level::info, 2}, {Level::debug, 3}};
    std::int64_t old = -1;
    for (auto [level, number] : levels)
        old = base::log::enabled(level) ? number : old;
    JsonText json;
    const auto wanted = params.find(0, "level");
    if (!wanted)
        return json.begin('{').key("debug").number(old).end('}').str();
    const bool negative = wanted->starts_with('-');
    const auto size = base::to_uint(std::string_view(*wanted).substr(negative ? 1 : 0), 100);
    if (!size)
        return refuse(io::rpc::invalid_params, "the level is a number, from -1 to 3");
    const std::int64_t number = static_cast<std::int64_t>(*size) * (negative ? -1 : 1);
    for (auto [level, least] : levels)
        if (number >= least || least == -1)
            base::log::set_level(level);
    proxy.note_log_level();
    return json.begin('{').key("old").number(old).key("new").number(number).end('}').str();
}

Answer reload_certificate(const Actions &actions) {
    auto done = actions.reload_certificate();
    return done ? Answer(JsonText().text("Ok. TLS configuration reloaded.").str())
                : refuse(500, done.error());
}

} // namespace

void add_core_methods(io::rpc::Methods &methods, Proxy &proxy, const Actions &actions) {
    methods.add("core.uptime", [&proxy](const Params &) { return uptime(proxy); });
    methods.add("core.version", [](const Params &) { return version(); });
    methods.add("core.modules", [](const Params &) { return modules(); });
    methods.add("core.info", [](const Params &) { return info(); });
    methods.add("core.runinfo", [&proxy](const Params &) { return run_info(proxy); });
    methods.add("core.ps", [](const Params &) { return process_pairs(); });
    methods.add("core.psx", [](const Params &) { return processes("IDX", "PID", "DSC", false); });
    methods.add("core.psa", [](const Params &) { return processes("index", "pid", "description", true); });
    methods.add("core.sockets_list", [&proxy](const Params &) { return sockets(proxy); });
    methods.add("core.tcp_info", [&proxy](const Params &) { return tcp_info(proxy); });
    methods.add("core.tcp_list", [&proxy](const Params &) { return tcp_list(proxy); });
    methods.add("corex.list_sockets", [&proxy](const Params &) { return list_sockets(proxy); });
    methods.add("corex.list_aliases", [&proxy](const Params &) { return list_aliases(proxy); });
    methods.add("corex.debug", [&proxy](const Params &p) { return debug_level(proxy, p); });
    methods.add("domain.dump", [&proxy](const Params &) { return domains(proxy); });
    methods.add(io::rpc::names::reload_domains, [&proxy](const Params &) {
        proxy.reload();
        return Answer("{}");
    });
    methods.add("tls.info", [&proxy](const Params &) { return tls_info(proxy); });
    methods.add("tls.list", [&proxy](const Params &) { return tls_list(proxy); });
    methods.add("tls.reload", [actions](const Params &) { return reload_certificate(actions); });
}

} // namespace cord::tools::sipws_proxy
