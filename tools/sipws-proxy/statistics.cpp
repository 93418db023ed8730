#include "statistics.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/http/exposition.hpp"
#include "io/net/clock.hpp"
#include "io/rpc/json_text.hpp"
#include "io/rpc/names.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using engine::proxy::Statistic;
using io::http::Exposition;
using io::rpc::Answer;
using io::rpc::JsonText;
using io::rpc::Params;

/// What a statistic says, and the names that Kamailio has for the same, if any, with blanks between.
struct Meaning {
    std::string_view name, help, kamailio = {};
};
constexpr Meaning meanings[] = {
    {"accounts", "Rows written to acc and missed_calls."},
    {"accounts_lost", "Such rows that were given up, for there were too many."},
    {"auth_failures", "Credentials that were wrong."},
    {"bindings", "Contacts registered now.", "usrloc:location_contacts"},
    {"bindings_expired", "Contacts that were not refreshed in time.", "usrloc:location_expires"},
    {"breakers_up", "Media gateways that answer."},
    {"calls", "Calls that were begun.", "dialog:processed_dialogs"},
    {"calls_active", "Calls, and dialogs of other kinds, that stand now."},
    {"challenges", "Requests answered with 401 or 407 by this proxy."},
    {"connections", "Connections open now.", "tcp:current_opened_connections"},
    {"connections_accepted", "Connections that others opened.", "tcp:passive_open"},
    {"connections_half_open", "Connections that have said nothing yet."},
    {"connections_refused", "Connections closed at once, for there were too many.", "tcp:local_reject"},
    {"datagrams_refused", "Datagrams that the system would not send."},
    {"db_changes", "Rows written to the database."},
    {"db_commits", "Transactions of the database that stored registrations."},
    {"db_failures", "Uses of the database that failed."},
    {"dead_hops", "Next hops that did not answer lately."},
    {"exchanges", "Requests at work now, with what became of them."},
    {"failovers", "Requests sent to another address because one failed."},
    {"lines_dropped", "Lines of traces and events that a slow reader missed."},
    {"malformed", "Requests that break SIP's grammar or rules.", "core:bad_msg_hdr"},
    {"overload", "Requests refused because there were too many at a time."},
    {"register_failures", "Registrations that could not be stored.", "registrar:rejected_regs"},
    {"registrations", "REGISTER requests that were granted.", "registrar:accepted_regs"},
    {"replies", "Requests answered by this proxy itself.", "sl:sent_replies"},
    {"requests", "Requests received, without repetitions.", "core:rcv_requests tmx:UAS_transactions"},
    {"requests_forwarded", "Requests sent on, one for each branch.", "core:fwd_requests"},
    {"responses", "Responses received for requests sent on.", "core:rcv_replies"},
    {"responses_dropped", "Responses beyond what a call may make wait."},
    {"responses_forwarded", "Responses sent on.", "core:fwd_replies"},
    {"stray_responses", "Responses to nothing that was asked.", "core:drop_replies"},
    {"streams_broken", "Connections on which no message could be told from the next."},
    {"transactions", "SIP transactions that stand now.", "tmx:active_transactions tmx:inuse_transactions"},
    {"trunks_down", "Trunks that cannot be used now."},
    {"unreadable", "Messages that are no SIP."},
    {"upstream_clients", "Clients registered with the upstream server."},
    {"users_registered", "Users who have a contact now.", "usrloc:location_users usrloc:registered_users"},
};

const Meaning *meaning_of(std::string_view name) {
    const auto *found = std::find_if(std::begin(meanings), std::end(meanings),
                                     [&](const Meaning &m) { return m.name == name; });
    return found == std::end(meanings) ? nullptr : found;
}

/// Under our names, then under Kamailio's.
std::vector<Statistic> with_kamailio_names(const Proxy &proxy) {
    std::vector<Statistic> all = proxy.statistics();
    const std::size_t ours = all.size();
    for (std::size_t i = 0; i < ours; ++i)
        if (const Meaning *meaning = meaning_of(all[i].name);
            meaning != nullptr && !meaning->kamailio.empty())
            base::split(meaning->kamailio, ' ', [&](std::string_view name) {
                all.push_back({std::string(name), all[i].value, all[i].kind});
            });
    return all;
}

/// Names asked for, by place or by name.
std::vector<std::string> names_of(const Params &params) {
    std::vector<std::string> names = params.items;
    for (const auto &[key, name] : params.named)
        names.push_back(name);
    return names;
}

/// "all", a name, "group:" for all of Kamailio's group, or a name of Kamailio's without its group.
bool is_asked(const std::vector<std::string> &names, const std::string &name) {
    return std::any_of(names.begin(), names.end(), [&](const std::string &asked) {
        return asked == "all" || asked == name || (asked.ends_with(':') && name.starts_with(asked)) ||
               (name.size() > asked.size() && name.ends_with(asked) &&
                name[name.size() - asked.size() - 1] == ':');
    });
}

/// Writes those that were asked for; nobody has to know them all.
template <class Write>
base::Result<void, io::rpc::Refusal> each_asked(const Proxy &proxy, const Params &params, Write write) {
    std::vector<std::string> names = names_of(params);
    if (names.empty())
        names.emplace_back("all");
    bool any = false;
    for (const Statistic &statistic : with_kamailio_names(proxy))
        if (is_asked(names, statistic.name)) {
            write(statistic);
            any = true;
        }
    constexpr int not_found = 404;
    if (!any)
        return io::rpc::refuse(not_found, fmt::format("there is no statistic {}", names.front()));
    return {};
}

/// ["group:name = value", …]
Answer get_statistics(const Proxy &proxy, const Params &params) {
    JsonText json;
    json.begin('[');
    auto done = each_asked(proxy, params,
                           [&](const Statistic &s) { json.text(fmt::format("{} = {}", s.name, s.value)); });
    return done.map([&] { return json.end(']').str(); });
}

/// {"group.name": "value", …}, the value as a number or as text.
Answer fetch(const Proxy &proxy, const Params &params, bool as_numbers) {
    JsonText json;
    json.begin('{');
    auto done = each_asked(proxy, params, [&](const Statistic &s) {
        std::string key = s.name;
        std::replace(key.begin(), key.end(), ':', '.');
        json.key(key);
        if (as_numbers)
            json.number(static_cast<std::int64_t>(s.value));
        else
            json.text(std::to_string(s.value));
    });
    return done.map([&] { return json.end('}').str(); });
}

} // namespace

void add_statistics_methods(io::rpc::Methods &methods, Proxy &proxy) {
    methods.add(io::rpc::names::statistics, [&proxy](const Params &p) { return get_statistics(proxy, p); });
    methods.add("stats.fetch", [&proxy](const Params &p) { return fetch(proxy, p, false); });
    methods.add("stats.fetchn", [&proxy](const Params &p) { return fetch(proxy, p, true); });
}

std::string metrics(const Proxy &proxy) {
    using Type = Exposition::Type;
    Exposition out;
    out.family("cordboard_sip_build_info", Type::gauge, "The version that runs.")
        .sample(1, {{"version", CORD_VERSION}});
    const auto up = std::chrono::duration_cast<std::chrono::seconds>(io::net::now().mono - proxy.started());
    out.family("cordboard_sip_uptime_seconds", Type::gauge, "Seconds since it began to serve.")
        .sample(static_cast<std::uint64_t>(up.count()));
    for (const Statistic &statistic : proxy.statistics()) {
        const bool counts = statistic.kind == Statistic::Kind::count;
        const Meaning *meaning = meaning_of(statistic.name);
        out.family(fmt::format("cordboard_sip_{}{}", statistic.name, counts ? "_total" : ""),
                   counts ? Type::counter : Type::gauge, meaning != nullptr ? meaning->help : statistic.name)
            .sample(statistic.value);
    }
    out.family("cordboard_sip_transport_connections", Type::gauge, "Connections open now, by transport.");
    for (const auto &[transport, count] : proxy.connections())
        out.sample(count, {{"transport", engine::transaction::name(transport)}});
    out.family("cordboard_sip_breaker_up", Type::gauge, "Whether the media gateway answers.");
    for (const auto &[breaker, up_now] : proxy.breakers())
        out.sample(up_now ? 1 : 0, {{"breaker", breaker}});
    return out.str();
}

} // namespace cord::tools::sipws_proxy
