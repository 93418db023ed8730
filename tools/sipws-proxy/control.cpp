#include "control.hpp"

#include "base/log.hpp"
#include "dialogs.hpp"
#include "io/net/clock.hpp"
#include "io/rpc/json_text.hpp"
#include "io/rpc/names.hpp"
#include "kamailio_core.hpp"
#include "kamailio_tables.hpp"
#include "location.hpp"
#include "statistics.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using io::net::now;
using io::rpc::Answer;
using io::rpc::JsonText;
using io::rpc::Params;
using io::rpc::refuse;
namespace names = io::rpc::names;

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

Answer trunks(Proxy &proxy) {
    JsonText json;
    json.begin('[');
    for (const engine::proxy::TrunkInfo &trunk : proxy.core().trunks()) {
        json.begin('{').key("trunk").text(trunk.name).key("state");
        json.text(!trunk.up ? "unknown" : *trunk.up ? "up" : "down").end('}');
    }
    json.end(']');
    return json.str();
}

Answer set_log_level(Proxy &proxy, const Params &params) {
    using base::log::Level;
    auto level = params.find(0, "level").value_or("");
    for (auto [name, value] : {std::pair{"error", Level::error},
                               {"warning", Level::warning},
                               {"info", Level::info},
                               {"debug", Level::debug}})
        if (level == name) {
            base::log::set_level(value);
            proxy.note_log_level();
            return "null";
        }
    return refuse(io::rpc::invalid_params, "the level is error, warning, info or debug");
}

} // namespace

void add_methods(io::rpc::Methods &methods, Proxy &proxy, const Actions &actions) {
    add_location_methods(methods, proxy);
    add_dialog_methods(methods, proxy);
    add_statistics_methods(methods, proxy);
    add_core_methods(methods, proxy, actions);
    add_table_methods(methods, proxy);
    methods.add(names::calls, [&proxy](const Params &) { return calls(proxy); });
    methods.add(names::trunks, [&proxy](const Params &) { return trunks(proxy); });
    methods.add(names::user_changed, [&proxy](const Params &) {
        proxy.reload(); // the first user of a domain makes it ours
        return Answer("null");
    });
    methods.add("cord.log", [&proxy](const Params &p) { return set_log_level(proxy, p); });
    methods.add("cord.drain", [drain = actions.drain](const Params &) {
        drain();
        return Answer("null");
    });
}

} // namespace cord::tools::sipws_proxy
