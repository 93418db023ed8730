#include "dialogs.hpp"

#include <regex.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/transaction/flow.hpp"
#include "io/net/clock.hpp"
#include "io/rpc/json_text.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using engine::proxy::CallInfo;
using engine::proxy::CallSide;
using io::net::now;
using io::rpc::Answer;
using io::rpc::JsonText;
using io::rpc::Params;
using io::rpc::refuse;

constexpr int not_found = 404;

/// Kamailio names a dialog by its place in a table of 4096 entries and a number there.
constexpr std::uint64_t entries = 4096;
/// Of Kamailio's dialog states.
constexpr int unconfirmed = 1, early = 2, confirmed = 4;

int state_of(const CallInfo &call) {
    return call.state == "answered" ? confirmed : call.state == "ringing" ? early : unconfirmed;
}

void write_side(JsonText &json, const CallSide &side) {
    json.begin('{').key("tag").text(side.tag).key("contact").text(side.contact);
    json.key("cseq").text(std::to_string(side.cseq));
    json.key("route_set").text(fmt::format("{}", fmt::join(side.route, ",")));
    json.key("socket").text(
        fmt::format("{}:{}", engine::transaction::name(side.flow.transport), side.flow.local.text()));
    json.end('}');
}

JsonText &begin_dialog(JsonText &json, const CallInfo &call) {
    json.begin('{').key("h_entry").number(static_cast<std::int64_t>(call.number % entries));
    return json.key("h_id").number(static_cast<std::int64_t>(call.number / entries));
}

void write_dialog(JsonText &json, const CallInfo &call) {
    const std::int64_t at =
        std::chrono::duration_cast<std::chrono::seconds>(now().unix.time_since_epoch()).count();
    const bool answered = call.state == "answered";
    begin_dialog(json, call).key("call-id").text(call.call_id);
    json.key("from_uri").text("sip:" + call.from).key("to_uri").text("sip:" + call.to);
    json.key("state").number(state_of(call));
    json.key("start_ts").number(answered ? at - call.duration : 0).key("init_ts").number(at - call.age);
    json.key("end_ts").number(0).key("duration").number(call.duration);
    json.key("caller");
    write_side(json, call.caller);
    json.key("callee");
    write_side(json, call.callee);
    json.key("profiles").begin('[').end(']').key("variables").begin('[').end(']').end('}');
}

void write_brief(JsonText &json, const CallInfo &call) {
    begin_dialog(json, call);
    json.key("from_uri").text("sip:" + call.from).key("to_uri").text("sip:" + call.to);
    json.key("call-id").text(call.call_id);
    json.key("from_tag").text(call.caller.tag).key("to_tag").text(call.callee.tag).end('}');
}

/// All, or those of a Call-ID, and of a From tag with it.
template <class Write>
Answer list(Proxy &proxy, const Params &params, Write write) {
    auto call_id = params.find(0, "callid"), tag = params.find(1, "fromtag");
    JsonText json;
    json.begin('[');
    bool any = false;
    for (const CallInfo &call : proxy.core().calls(now()))
        if ((!call_id || call.call_id == *call_id) && (!tag || call.caller.tag == *tag)) {
            write(json, call);
            any = true;
        }
    json.end(']');
    return any || !call_id ? Answer(json.str()) : refuse(not_found, "Dialog not found");
}

/// How dlg.list_match compares: a pattern is an extended regular expression.
std::optional<std::function<bool(const std::string &)>> comparison(const std::string &how,
                                                                   const std::string &wanted) {
    if (how == "eq")
        return [wanted](const std::string &text) { return text == wanted; };
    if (how == "sw")
        return [wanted](const std::string &text) { return text.starts_with(wanted); };
    if (how != "re")
        return std::nullopt;
    regex_t compiled;
    if (::regcomp(&compiled, wanted.c_str(), REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
        return std::nullopt;
    const std::shared_ptr<regex_t> pattern(new regex_t(compiled), [](regex_t *p) {
        ::regfree(p);
        delete p;
    });
    return [pattern](const std::string &text) {
        return ::regexec(pattern.get(), text.c_str(), 0, nullptr, 0) == 0;
    };
}

/// Those whose From, To or Call-ID fit, as many as are wanted.
Answer list_match(Proxy &proxy, const Params &params) {
    const std::string key = params.find(0, "mkey").value_or(""), how = params.find(1, "mop").value_or("");
    const auto wanted = params.find(2, "mval");
    const auto limit = base::to_uint(params.find(3, "limit").value_or("0"), INT32_MAX);
    const auto fits = wanted ? comparison(how, *wanted) : std::nullopt;
    const bool known = key == "furi" || key == "turi" || key == "ruri" || key == "callid";
    if (!known || !fits || !limit)
        return refuse(io::rpc::invalid_params,
                      "the parameters are: furi, turi, ruri or callid; eq, re or sw; a value; and a limit");
    JsonText json;
    json.begin('[');
    std::uint64_t found = 0;
    for (const CallInfo &call : proxy.core().calls(now()))
        if ((*limit == 0 || found < *limit) &&
            (*fits)(key == "callid" ? call.call_id : "sip:" + (key == "furi" ? call.from : call.to))) {
            write_dialog(json, call);
            ++found;
        }
    json.end(']');
    return found != 0 ? Answer(json.str()) : refuse(not_found, "Not found");
}

Answer count_active(Proxy &proxy) {
    std::int64_t starting = 0, connecting = 0, ongoing = 0;
    for (const CallInfo &call : proxy.core().calls(now()))
        ++(state_of(call) == confirmed ? ongoing : state_of(call) == early ? connecting : starting);
    JsonText json;
    json.begin('{').key("starting").number(starting).key("connecting").number(connecting);
    json.key("answering").number(0).key("ongoing").number(ongoing);
    return json.key("all").number(starting + connecting + ongoing).end('}').str();
}

Answer end_by_number(Proxy &proxy, const Params &params) {
    auto number = [&](std::size_t place, const char *name) {
        return base::to_uint(params.find(place, name).value_or(""), UINT64_MAX / entries);
    };
    auto entry = number(0, "h_entry"), id = number(1, "h_id");
    if (!entry || !id)
        return refuse(io::rpc::invalid_params, "the parameters are: h_entry, h_id");
    return proxy.hang_up(*id * entries + *entry) ? Answer("{}") : refuse(not_found, "Dialog not found");
}

Answer end_by_tags(Proxy &proxy, const Params &params) {
    auto call_id = params.find(0, "callid"), from = params.find(1, "fromtag"), to = params.find(2, "totag");
    if (!call_id || !from || !to)
        return refuse(io::rpc::invalid_params, "the parameters are: callid, fromtag, totag");
    const std::vector<CallInfo> calls = proxy.core().calls(now());
    auto found = std::find_if(calls.begin(), calls.end(), [&](const CallInfo &call) {
        return call.call_id == *call_id && call.caller.tag == *from && call.callee.tag == *to;
    });
    return found != calls.end() && proxy.hang_up(found->number) ? Answer("{}")
                                                                : refuse(not_found, "Dialog not found");
}

} // namespace

void add_dialog_methods(io::rpc::Methods &methods, Proxy &proxy) {
    methods.add("dlg.list", [&proxy](const Params &p) { return list(proxy, p, write_dialog); });
    methods.add("dlg.list_match", [&proxy](const Params &p) { return list_match(proxy, p); });
    methods.add("dlg.profile_list", [](const Params &p) {
        return Answer(refuse(not_found, "Profile not found: " + p.find(0, "profile").value_or("")));
    });
    methods.add("dlg.briefing", [&proxy](const Params &) { return list(proxy, {}, write_brief); });
    methods.add("dlg.stats_active", [&proxy](const Params &) { return count_active(proxy); });
    methods.add("dlg.end_dlg", [&proxy](const Params &p) { return end_by_number(proxy, p); });
    methods.add("dlg.terminate_dlg", [&proxy](const Params &p) { return end_by_tags(proxy, p); });
}

} // namespace cord::tools::sipws_proxy
