#include <set>

#include <fmt/format.h>

#include "commands.hpp"
#include "io/cli/exit_code.hpp"
#include "io/net/clock.hpp"
#include "io/rpc/json_text.hpp"
#include "proxy.hpp"

namespace cord::tools::sipctl {
namespace {

using Kind = io::cli::Column::Kind;

/// From the running proxy, else from the database.
Outcome<std::vector<Contact>> all_contacts(const Context &context) {
    if (auto proxy = context.connect())
        return contacts(context, *proxy);
    auto database = context.open_database();
    if (!database)
        return tl::unexpected(database.error());
    const base::UnixTime now = io::net::now().unix;
    auto rows = database->bindings(now);
    if (!rows)
        return context.refuse(rows.error());
    std::vector<Contact> all;
    for (const engine::locate::Row &row : *rows)
        all.push_back(contact_of(row, now));
    return all;
}

/// Neither calls nor counts are in the database: a proxy must run.
Outcome<io::rpc::Client> running_proxy(const Context &context) {
    auto proxy = context.connect();
    if (!proxy)
        return context.refuse(proxy.error());
    return std::move(*proxy);
}

} // namespace

LiveCommands::LiveCommands(io::cli::App &app, Context &context) : context_(context) {
    auto contacts = app.subcommand("contacts", "List where users are registered",
                                   [this] { return code_of(this->contacts()); });
    contacts.positional("USER", user_, false, "Only this user's");
    context.declare_json(contacts);
    auto online = app.subcommand("online", "List users that are registered",
                                 [this] { return code_of(this->online()); });
    context.declare_json(online);
    auto calls = app.subcommand("calls", "List calls under way", [this] { return code_of(this->calls()); });
    context.declare_json(calls);
    auto stats = app.subcommand("stats", "Show the proxy's counts", [this] { return code_of(statistics()); });
    stats.positionals("NAME", names_, false, "Only these");
    context.declare_json(stats);
}

Outcome<int> LiveCommands::contacts() {
    Aor wanted;
    if (!user_.empty()) {
        auto database = context_.open_database();
        if (!database)
            return tl::unexpected(database.error());
        auto aor = context_.aor_of(*database, user_);
        if (!aor)
            return tl::unexpected(aor.error());
        wanted = *aor;
    }
    auto all = all_contacts(context_);
    if (!all)
        return tl::unexpected(all.error());
    auto table = context_.table({{"user"},
                                 {"domain"},
                                 {"contact"},
                                 {"received"},
                                 {"transport"},
                                 {"expires", Kind::number},
                                 {"q", Kind::number},
                                 {"user_agent"},
                                 {"instance"},
                                 {"node"},
                                 {"reachable", Kind::yes_no}});
    bool any = false;
    for (const Contact &c : *all) {
        if (!user_.empty() && (c.user != wanted.name || c.domain != wanted.domain))
            continue;
        table.row({c.user, c.domain, c.contact, c.received, c.transport, std::to_string(c.expires),
                   c.q < 0 ? "" : fmt::format("{}", c.q), c.user_agent, c.instance, c.node,
                   !c.reachable   ? ""
                   : *c.reachable ? "true"
                                  : "false"});
        any = true;
    }
    if (any || user_.empty())
        return io::cli::done;
    return context_.refuse(io::cli::answer_is_no, fmt::format("{} is not registered", wanted.text()));
}

Outcome<int> LiveCommands::online() {
    auto all = all_contacts(context_);
    if (!all)
        return tl::unexpected(all.error());
    std::set<std::pair<std::string, std::string>> users;
    for (const Contact &c : *all)
        if (c.reachable.value_or(true))
            users.emplace(c.domain, c.user);
    for (const auto &[domain, user] : users) {
        if (context_.json())
            fmt::print("{{\"user\":{},\"domain\":{}}}\n", io::rpc::json_string(user),
                       io::rpc::json_string(domain));
        else
            fmt::print("{}@{}\n", user, domain);
    }
    return io::cli::done;
}

Outcome<int> LiveCommands::calls() {
    auto proxy = running_proxy(context_);
    if (!proxy)
        return tl::unexpected(proxy.error());
    auto all = sipctl::calls(context_, *proxy);
    if (!all)
        return tl::unexpected(all.error());
    auto table = context_.table({{"id"},
                                 {"call_id"},
                                 {"from"},
                                 {"to"},
                                 {"state"},
                                 {"duration", Kind::number},
                                 {"bridged", Kind::yes_no},
                                 {"codecs"}});
    for (const Call &c : *all)
        table.row({c.id, c.call_id, c.from, c.to, c.state, std::to_string(c.duration),
                   c.bridged ? "true" : "false", c.codecs});
    return io::cli::done;
}

Outcome<int> LiveCommands::statistics() {
    auto proxy = running_proxy(context_);
    if (!proxy)
        return tl::unexpected(proxy.error());
    auto all = sipctl::statistics(context_, *proxy, names_);
    if (!all)
        return tl::unexpected(all.error());
    auto table = context_.table({{"name"}, {"value", Kind::number}});
    for (const auto &[name, value] : *all)
        table.row({name, value});
    return io::cli::done;
}

} // namespace cord::tools::sipctl
