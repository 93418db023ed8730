#include <fmt/format.h>

#include "commands.hpp"
#include "io/cli/exit_code.hpp"
#include "wire/sip/uri.hpp"

namespace cord::tools::sipctl {

AliasCommands::AliasCommands(io::cli::App &app, Context &context) : context_(context) {
    auto alias = app.subcommand("alias", "Other names of users");
    alias.subcommand("add", "Let a name lead to a user", [this] { return code_of(this->add()); })
        .positional("NAME", name_, true, "name@domain, or a name of the default domain")
        .positional("USER", user_, true, "Whom it means");
    alias.subcommand("rm", "Take a name away", [this] { return code_of(remove()); })
        .positional("NAME", name_, true, "As it was added");
    auto list = alias.subcommand("list", "List them", [this] { return code_of(this->list()); });
    context.declare_json(list);
}

Outcome<int> AliasCommands::add() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto name = context_.aor_of(*database, name_);
    if (!name)
        return tl::unexpected(name.error());
    auto user = context_.aor_of(*database, user_);
    if (!user)
        return tl::unexpected(user.error());
    auto added = database->add_alias({name->name, name->domain, user->name, user->domain});
    if (!added)
        return context_.refuse(added.error());
    if (!*added)
        return context_.refuse(io::cli::answer_is_no,
                               fmt::format("there is an alias {} already", name->text()));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> AliasCommands::remove() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto name = context_.aor_of(*database, name_);
    if (!name)
        return tl::unexpected(name.error());
    auto removed = database->remove_alias(name->name, name->domain);
    if (!removed)
        return context_.refuse(removed.error());
    if (!*removed)
        return context_.refuse(io::cli::answer_is_no, fmt::format("there is no alias {}", name->text()));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> AliasCommands::list() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto aliases = database->aliases();
    if (!aliases)
        return context_.refuse(aliases.error());
    auto table = context_.table({{"alias"}, {"alias_domain"}, {"user"}, {"domain"}});
    for (const io::db::Alias &a : *aliases)
        table.row({a.name, a.domain, a.user, a.user_domain});
    return io::cli::done;
}

SpeedDialCommands::SpeedDialCommands(io::cli::App &app, Context &context) : context_(context) {
    auto dial = app.subcommand("speeddial", "Short numbers of each user");
    dial.subcommand("add", "Give a user a short number", [this] { return code_of(this->add()); })
        .positional("USER", user_, true, "Who dials it")
        .positional("NUMBER", number_, true, "What is dialled, as 11")
        .positional("URI", uri_, true, "Whom it reaches: a user, or a SIP URI");
    dial.subcommand("rm", "Take it away", [this] { return code_of(remove()); })
        .positional("USER", user_, true, "Whose it is")
        .positional("NUMBER", number_, true, "What is dialled");
    auto list = dial.subcommand("list", "List them", [this] { return code_of(this->list()); });
    context.declare_json(list);
}

Outcome<int> SpeedDialCommands::add() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto owner = context_.aor_of(*database, user_);
    if (!owner)
        return tl::unexpected(owner.error());
    if (!uri_.starts_with("sip:") && !uri_.starts_with("sips:")) {
        auto reached = context_.aor_of(*database, uri_);
        if (!reached)
            return tl::unexpected(reached.error());
        uri_ = "sip:" + reached->text();
    }
    if (!wire::sip::Uri::parse(uri_))
        return context_.refuse(io::cli::wrong_usage, fmt::format("'{}' is no SIP URI", uri_));
    auto added = database->add_speed_dial({owner->name, owner->domain, number_, owner->domain, uri_});
    if (!added)
        return context_.refuse(added.error());
    if (!*added)
        return context_.refuse(io::cli::answer_is_no,
                               fmt::format("{} has a speed dial {} already", owner->text(), number_));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> SpeedDialCommands::remove() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto owner = context_.aor_of(*database, user_);
    if (!owner)
        return tl::unexpected(owner.error());
    auto removed = database->remove_speed_dial({owner->name, owner->domain, number_, {}, {}});
    if (!removed)
        return context_.refuse(removed.error());
    if (!*removed)
        return context_.refuse(io::cli::answer_is_no,
                               fmt::format("{} has no speed dial {}", owner->text(), number_));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> SpeedDialCommands::list() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto dials = database->speed_dials();
    if (!dials)
        return context_.refuse(dials.error());
    auto table = context_.table({{"user"}, {"domain"}, {"number"}, {"uri"}});
    for (const io::db::SpeedDial &d : *dials)
        table.row({d.user, d.domain, d.number, d.uri});
    return io::cli::done;
}

} // namespace cord::tools::sipctl
