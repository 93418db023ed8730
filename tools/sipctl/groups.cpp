#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "commands.hpp"
#include "io/cli/exit_code.hpp"

namespace cord::tools::sipctl {

GroupCommands::GroupCommands(io::cli::App &app, Context &context) : context_(context) {
    auto group = app.subcommand("group", "Groups of users, whose members alone may use a rule of route");
    group.subcommand("add", "Add a user to a group", [this] { return code_of(this->add()); })
        .positional("USER", user_, true, "The user")
        .positional("GROUP", group_, true, "A word, as int for international calls");
    group.subcommand("rm", "Take a user out of a group", [this] { return code_of(remove()); })
        .positional("USER", user_, true, "The user")
        .positional("GROUP", group_, true, "The group");
    auto list = group.subcommand("list", "List who is in which", [this] { return code_of(this->list()); });
    list.positional("USER", user_, false, "Only this user's");
    context.declare_json(list);
}

Outcome<io::db::Member> GroupCommands::named(io::db::Database &database) const {
    if (!is_group(group_))
        return context_.refuse(io::cli::wrong_usage,
                               fmt::format("'{}' is no group: letters, digits, - and _ name one", group_));
    return context_.aor_of(database, user_).map([&](const Aor &aor) {
        return io::db::Member{aor.name, aor.domain, group_};
    });
}

Outcome<int> GroupCommands::add() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto member = named(*database);
    if (!member)
        return tl::unexpected(member.error());
    auto added = database->add_member(*member);
    if (!added)
        return context_.refuse(added.error());
    if (!*added)
        return context_.refuse(io::cli::answer_is_no,
                               fmt::format("{}@{} is in {} already", member->user, member->domain, group_));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> GroupCommands::remove() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto member = named(*database);
    if (!member)
        return tl::unexpected(member.error());
    auto removed = database->remove_member(*member);
    if (!removed)
        return context_.refuse(removed.error());
    if (!*removed)
        return context_.refuse(io::cli::answer_is_no,
                               fmt::format("{}@{} is not in {}", member->user, member->domain, group_));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> GroupCommands::list() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    Aor wanted;
    if (!user_.empty()) {
        auto aor = context_.aor_of(*database, user_);
        if (!aor)
            return tl::unexpected(aor.error());
        wanted = *aor;
    }
    auto members = database->members();
    if (!members)
        return context_.refuse(members.error());
    auto table = context_.table({{"user"}, {"domain"}, {"group"}});
    for (const io::db::Member &m : *members)
        if (user_.empty() || (m.user == wanted.name && m.domain == wanted.domain))
            table.row({m.user, m.domain, m.group});
    return io::cli::done;
}

bool is_group(const std::string &text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
    });
}

} // namespace cord::tools::sipctl
