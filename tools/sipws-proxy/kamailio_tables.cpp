#include "kamailio_tables.hpp"

#include <algorithm>

#include "engine/proxy/dial_plan.hpp"
#include "io/net/clock.hpp"
#include "io/rpc/json_text.hpp"
#include "io/rpc/names.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using engine::proxy::TrustedAddress;
using io::rpc::Answer;
using io::rpc::JsonText;
using io::rpc::Params;
using io::rpc::refuse;

constexpr int not_found = 404, failed = 500;
/// Kamailio's tables have groups and sets; here there is one.
constexpr int only_one = 1;

/// A destination's state: active or inactive, probed or not.
const char *flags_of(const engine::proxy::Trunk &trunk, std::optional<bool> up) {
    const bool probed = trunk.probe > base::Duration::zero();
    return up.value_or(true) ? probed ? "AP" : "AX" : probed ? "IP" : "IX";
}

void write_destination(JsonText &json, const engine::proxy::Trunk &trunk, std::optional<bool> up) {
    json.begin('{')
        .key("DEST")
        .begin('{')
        .key("URI")
        .text(trunk.uri())
        .key("FLAGS")
        .text(flags_of(trunk, up));
    json.key("PRIORITY").number(0).key("ATTRS").begin('{').key("BODY").text("duid=" + trunk.name);
    json.key("DUID").text(trunk.name).key("MAXLOAD").number(0).key("WEIGHT").number(0);
    json.key("RWEIGHT").number(0).key("SOCKET").null().key("SOCKNAME").null().key("OBPROXY").null();
    json.end('}').end('}').end('}');
}

Answer destinations(Proxy &proxy) {
    const auto &plan = proxy.config().dial_plan;
    if (!plan || plan->trunks().empty())
        return refuse(failed, "No Destination Sets");
    JsonText json;
    json.begin('{').key("NRSETS").number(1).key("RECORDS").begin('[').begin('{').key("SET").begin('{');
    json.key("ID").number(only_one).key("TARGETS").begin('[');
    for (const engine::proxy::TrunkInfo &info : proxy.core().trunks())
        if (const engine::proxy::Trunk *trunk = plan->trunk(info.name))
            write_destination(json, *trunk, info.up);
    return json.end(']').end('}').end('}').end(']').end('}').str();
}

/// Of Kamailio's flags for a registration: it is under way, or it stands.
constexpr std::int64_t ongoing = 2, online = 4;

void write_registration(JsonText &json, const engine::proxy::Trunk &trunk,
                        const engine::proxy::TrunkInfo::Registration &state) {
    const base::Now at = io::net::now();
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(state.due - at.mono).count();
    const auto unix = std::chrono::duration_cast<std::chrono::seconds>(at.unix.time_since_epoch()).count();
    json.begin('{').key("l_uuid").text(trunk.name).key("l_username").text(trunk.username);
    json.key("l_domain").text("").key("r_username").text(trunk.username).key("r_domain").text(trunk.host);
    json.key("realm").text("").key("auth_username").text(trunk.username).key("auth_password").text("*");
    json.key("auth_ha1")
        .text("none")
        .key("auth_proxy")
        .text(trunk.uri())
        .key("expires")
        .number(state.expires);
    json.key("flags").number(state.well ? online : ongoing).key("diff_expires").number(left);
    json.key("timer_expires").number(unix + left).key("reg_init").number(0).key("reg_delay").number(0);
    json.key("contact_addr").text("").key("socket").null().end('}');
}

Answer registrations(Proxy &proxy) {
    const auto &plan = proxy.config().dial_plan;
    JsonText json;
    json.begin('[');
    for (const engine::proxy::TrunkInfo &info : proxy.core().trunks())
        if (const auto *trunk = plan ? plan->trunk(info.name) : nullptr;
            trunk != nullptr && info.registration)
            write_registration(json, *trunk, *info.registration);
    return json.end(']').str();
}

bool is_one_host(const TrustedAddress &address) { return address.bits == (address.ip.v6 ? 128U : 32U); }

Answer addresses(const Proxy &proxy) {
    JsonText json;
    json.begin('[');
    std::int64_t place = 0;
    for (const TrustedAddress &address : proxy.config().trusted)
        if (is_one_host(address)) {
            json.begin('{').key("table").number(place++).key("group").number(only_one).key("item").begin('{');
            json.key("ip").text(address.ip.text()).key("port").number(address.port).key("tag").text("");
            json.end('}').end('}');
        }
    return json.end(']').str();
}

Answer subnets(const Proxy &proxy) {
    JsonText json;
    json.begin('[');
    std::int64_t place = 0;
    for (const TrustedAddress &address : proxy.config().trusted)
        if (!is_one_host(address)) {
            json.begin('{').key("id").number(place++).key("group").number(only_one).key("item").begin('{');
            json.key("ip").text(address.ip.text()).key("mask").number(address.bits);
            json.key("port").number(address.port).key("tag").text("").end('}').end('}');
        }
    return json.end(']').str();
}

Answer media_gateways(const Proxy &proxy, const Params &params) {
    const std::string wanted = params.find(0, "url").value_or("all");
    JsonText json;
    json.begin('[');
    bool any = false;
    std::int64_t index = 0;
    for (const auto &[address, up] : proxy.breakers()) {
        if (wanted == "all" || wanted == address) {
            any = true;
            json.begin('{').key("url").text(address).key("set").number(0).key("index").number(index);
            json.key("weight").number(1).key("disabled").number(up ? 0 : 1).key("recheck_ticks").number(0);
            json.end('}');
        }
        ++index;
    }
    json.end(']');
    return any || wanted == "all" ? Answer(json.str()) : refuse(not_found, "Instance not found");
}

/// The tables are one to us; what is answered is told before they are read.
void add_reload(io::rpc::Methods &methods, const char *name, Proxy &proxy, const char *words) {
    methods.add(name, [&proxy, words](const Params &) {
        proxy.reload();
        return Answer(JsonText().text(words).str());
    });
}

} // namespace

void add_table_methods(io::rpc::Methods &methods, Proxy &proxy) {
    methods.add("dispatcher.list", [&proxy](const Params &) { return destinations(proxy); });
    methods.add("permissions.addressDump", [&proxy](const Params &) { return addresses(proxy); });
    methods.add("permissions.subnetDump", [&proxy](const Params &) { return subnets(proxy); });
    methods.add("rtpengine.show", [&proxy](const Params &p) { return media_gateways(proxy, p); });
    methods.add("uac.reg_dump", [&proxy](const Params &) { return registrations(proxy); });
    methods.add("uac.reg_reload", [&proxy](const Params &) {
        proxy.reload();
        return Answer("{}");
    });
    add_reload(methods, "dispatcher.reload", proxy, "Ok. Dispatcher successfully reloaded.");
    add_reload(methods, io::rpc::names::reload_addresses, proxy, "Reload OK");
}

} // namespace cord::tools::sipws_proxy
