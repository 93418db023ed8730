#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "commands.hpp"
#include "engine/resolve/next_hops.hpp"
#include "io/cli/exit_code.hpp"
#include "proxy.hpp"
#include "wire/sip/uri.hpp"

namespace cord::tools::sipctl {
namespace {

using Kind = io::cli::Column::Kind;

constexpr std::size_t longest_name = 64, longest_uri = 255, longest_password = 128;

/// For names that people type, and a file or a URI has as they are.
bool is_name(const std::string &text) {
    return !text.empty() && text.size() <= longest_name && std::all_of(text.begin(), text.end(), [](char c) {
        return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_' || c == '.';
    });
}

/// What stands before the @ of a URI, without escapes.
bool is_user(const std::string &text) {
    return text.size() <= longest_name && std::all_of(text.begin(), text.end(), [](char c) {
               return base::is_alpha(c) || base::is_digit(c) ||
                      std::string_view("-_.!~*'()&=+$,?/").find(c) != std::string_view::npos;
           });
}

/// A number's part, as rules compare and write them.
bool is_digits(const std::string &text) {
    return text.size() <= longest_name && std::all_of(text.begin(), text.end(), [](char c) {
               return base::is_digit(c) || base::is_alpha(c) ||
                      std::string_view("+*#_").find(c) != std::string_view::npos;
           });
}

/// What is wrong with the URI of a server; nothing for a good one.
std::optional<std::string> wrong_with_server(const std::string &text) {
    auto uri = wire::sip::Uri::parse(text);
    if (!uri || !uri->is_sip())
        return "is no SIP URI, as sip:sbc.example.com";
    if (uri->has_user)
        return "names a user; it is to name a server, and --username is the account there";
    if (text.size() > longest_uri)
        return "is longer than 255 characters";
    auto place = engine::resolve::Destination::of(*uri);
    if (!place || (place->transport && engine::transaction::is_websocket(*place->transport)))
        return "has a transport that is not udp, tcp or tls";
    if (!uri->headers.empty())
        return "has headers, which a server has not";
    return std::nullopt;
}

} // namespace

TrunkCommands::TrunkCommands(io::cli::App &app, Context &context) : context_(context) {
    auto trunk = app.subcommand("trunk", "Servers that take calls to numbers which are no user's");
    auto add = trunk.subcommand("add", "Add one", [this] { return code_of(this->add()); });
    add.positional("NAME", trunk_.name, true, "What it is called here")
        .positional("URI", trunk_.uri, true, "The server, as sip:sbc.example.com;transport=tcp")
        .option("--username", trunk_.username, "NAME",
                "The account there; its password is asked for, or read by --password-stdin")
        .flag("--password-stdin", password_.from_stdin,
              "Read the password from the first line of standard input")
        .flag("--register", trunk_.registers, "Register with it, so that it brings calls")
        .number("--probe", trunk_.probe, 0, 86'400, "SECONDS",
                "Ask this often whether it is there; 0: never");
    trunk.subcommand("rm", "Remove one", [this] { return code_of(remove()); })
        .positional("NAME", trunk_.name, true, "As it was added");
    auto list = trunk.subcommand("list", "List them", [this] { return code_of(this->list()); });
    context.declare_json(list);
}

Outcome<int> TrunkCommands::add() {
    if (!is_name(trunk_.name))
        return context_.refuse(
            io::cli::wrong_usage,
            fmt::format("'{}' is no name: letters, digits, - _ and . make one", trunk_.name));
    if (auto wrong = wrong_with_server(trunk_.uri))
        return context_.refuse(io::cli::wrong_usage, fmt::format("'{}' {}", trunk_.uri, *wrong));
    if (!is_user(trunk_.username))
        return context_.refuse(io::cli::wrong_usage,
                               fmt::format("'{}' cannot be the user of a SIP URI", trunk_.username));
    if (trunk_.username.empty() && (trunk_.registers || password_.from_stdin))
        return context_.refuse(io::cli::wrong_usage,
                               fmt::format("{} needs the --username of an account there",
                                           trunk_.registers ? "--register" : "--password-stdin"));
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    if (!trunk_.username.empty()) {
        auto password = read_password(context_, password_);
        if (!password)
            return tl::unexpected(password.error());
        if (password->size() > longest_password)
            return context_.refuse(io::cli::bad_data, "the password is longer than 128 characters");
        trunk_.password = std::move(*password);
    }
    auto added = database->add_trunk(trunk_);
    if (!added)
        return context_.refuse(added.error());
    if (!*added)
        return context_.refuse(io::cli::answer_is_no,
                               fmt::format("there is a trunk {} already", trunk_.name));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> TrunkCommands::remove() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto rules = database->rules();
    if (!rules)
        return context_.refuse(rules.error());
    auto leads_to_it = [&](const io::db::Rule &rule) { return rule.trunk == trunk_.name; };
    if (auto rule = std::find_if(rules->begin(), rules->end(), leads_to_it); rule != rules->end())
        return context_.refuse(
            io::cli::answer_is_no,
            fmt::format("a rule leads to it: sipctl route rm '{}' {}", rule->prefix, trunk_.name));
    auto removed = database->remove_trunk(trunk_.name);
    if (!removed)
        return context_.refuse(removed.error());
    if (!*removed)
        return context_.refuse(io::cli::answer_is_no, fmt::format("there is no trunk {}", trunk_.name));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> TrunkCommands::list() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto all = database->trunks();
    if (!all)
        return context_.refuse(all.error());
    std::map<std::string, std::string> states;
    if (auto proxy = context_.connect()) {
        auto told = trunk_states(context_, *proxy);
        if (!told)
            return tl::unexpected(told.error());
        states = std::move(*told);
    }
    auto table = context_.table(
        {{"trunk"}, {"uri"}, {"username"}, {"register", Kind::yes_no}, {"probe", Kind::number}, {"state"}});
    for (const io::db::Trunk &t : *all)
        table.row({t.name, t.uri, t.username, t.registers ? "true" : "false", std::to_string(t.probe),
                   states[t.name]});
    return io::cli::done;
}

RouteCommands::RouteCommands(io::cli::App &app, Context &context) : context_(context) {
    auto route = app.subcommand("route", "Which numbers lead to which trunk");
    auto add =
        route.subcommand("add", "Let a prefix lead to a trunk", [this] { return code_of(this->add()); });
    add.positional("PREFIX", rule_.prefix, true, "How the numbers begin, as 00; '' for all")
        .positional("TRUNK", rule_.trunk, true, "The name of a trunk")
        .number("--strip", rule_.strip, 0, 64, "N", "Take so many characters off the number's begin")
        .option("--prepend", rule_.prepend, "DIGITS", "Then put these there")
        .number("--priority", rule_.priority, 0, 65'535, "N", "The lowest is tried first")
        .number("--weight", rule_.weight, 0, 65'535, "N", "Its share among those of the same priority")
        .option("--group", rule_.group, "GROUP", "Only for members of this group");
    route.subcommand("rm", "Take it away", [this] { return code_of(remove()); })
        .positional("PREFIX", rule_.prefix, true, "As it was added")
        .positional("TRUNK", rule_.trunk, true, "The name of the trunk");
    auto list = route.subcommand("list", "List them", [this] { return code_of(this->list()); });
    context.declare_json(list);
}

Outcome<int> RouteCommands::add() {
    for (const std::string &digits : {rule_.prefix, rule_.prepend})
        if (!is_digits(digits))
            return context_.refuse(
                io::cli::wrong_usage,
                fmt::format("'{}' is no part of a number: digits, letters, + * # and _ make one", digits));
    if (!rule_.group.empty() && !is_group(rule_.group))
        return context_.refuse(
            io::cli::wrong_usage,
            fmt::format("'{}' is no group: letters, digits, - and _ name one", rule_.group));
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto trunks = database->trunks();
    if (!trunks)
        return context_.refuse(trunks.error());
    if (std::none_of(trunks->begin(), trunks->end(),
                     [&](const io::db::Trunk &trunk) { return trunk.name == rule_.trunk; }))
        return context_.refuse(io::cli::answer_is_no, fmt::format("there is no trunk {}", rule_.trunk));
    auto added = database->add_rule(rule_);
    if (!added)
        return context_.refuse(added.error());
    if (!*added)
        return context_.refuse(io::cli::answer_is_no,
                               fmt::format("'{}' leads to {} already", rule_.prefix, rule_.trunk));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> RouteCommands::remove() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto removed = database->remove_rule(rule_.prefix, rule_.trunk);
    if (!removed)
        return context_.refuse(removed.error());
    if (!*removed)
        return context_.refuse(io::cli::answer_is_no,
                               fmt::format("'{}' does not lead to {}", rule_.prefix, rule_.trunk));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> RouteCommands::list() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto rules = database->rules();
    if (!rules)
        return context_.refuse(rules.error());
    auto table = context_.table({{"prefix"},
                                 {"trunk"},
                                 {"strip", Kind::number},
                                 {"prepend"},
                                 {"priority", Kind::number},
                                 {"weight", Kind::number},
                                 {"group"}});
    for (const io::db::Rule &r : *rules)
        table.row({r.prefix, r.trunk, std::to_string(r.strip), r.prepend, std::to_string(r.priority),
                   std::to_string(r.weight), r.group});
    return io::cli::done;
}

} // namespace cord::tools::sipctl
