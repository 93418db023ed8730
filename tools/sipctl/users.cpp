#include <set>

#include <fmt/format.h>

#include "commands.hpp"
#include "io/cli/exit_code.hpp"
#include "io/net/clock.hpp"
#include "proxy.hpp"

namespace cord::tools::sipctl {
namespace {

using Column = io::cli::Column;

const std::vector<Column> user_columns = {
    {"user"}, {"domain"}, {"display_name"}, {"email"}, {"registered", Column::Kind::yes_no}};

base::UnixTime now() { return io::net::now().unix; }

/// Who is registered now, which a running proxy knows better than the database.
Outcome<std::optional<std::set<std::string>>> registered_now(const Context &context) {
    auto proxy = context.connect();
    if (!proxy)
        return std::nullopt;
    return contacts(context, *proxy).map([](const std::vector<Contact> &all) {
        std::set<std::string> aors;
        for (const Contact &c : all)
            if (c.reachable.value_or(true))
                aors.insert(c.user + "@" + c.domain);
        return std::optional(aors);
    });
}

bool is_registered(const io::db::User &user, const std::optional<std::set<std::string>> &live) {
    return live ? live->contains(user.name + "@" + user.domain) : user.contacts > 0;
}

} // namespace

UserCommands::UserCommands(io::cli::App &app, Context &context) : context_(context) {
    auto add = app.subcommand("add", "Add a user", [this] { return code_of(this->add()); });
    add.positional("USER", user_, true, "user@domain, or a user of the default domain");
    password_.declare(add);
    add.option("--display-name", display_name_, "N", "The user's name for people")
        .option("--email", email_, "E", "The user's address")
        .flag("--if-not-exists", if_not_exists_, "It is well when the user is there already");
    app.subcommand("rm", "Remove users, their bindings and aliases", [this] { return code_of(remove()); })
        .positionals("USER", users_, true, "Whom to remove");
    auto passwd =
        app.subcommand("passwd", "Change a user's password", [this] { return code_of(change_password()); });
    passwd.positional("USER", user_, true, "Whose password");
    password_.declare(passwd);
    auto show = app.subcommand("show", "Show a user", [this] { return code_of(this->show()); });
    show.positional("USER", user_, true, "Whom to show");
    context.declare_json(show);
    auto list = app.subcommand("list", "List users", [this] { return code_of(this->list()); });
    list.positional("PATTERN", pattern_, false,
                    "Only those whose name or user@domain matches; * and ? as in file names");
    context.declare_json(list);
}

Outcome<int> UserCommands::add() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto aor = context_.aor_of(*database, user_);
    if (!aor)
        return tl::unexpected(aor.error());
    // Asked before the password is, so that nobody types one in vain.
    auto there = database->user(aor->name, aor->domain, now());
    if (!there)
        return context_.refuse(there.error());
    if (*there && if_not_exists_)
        return io::cli::done;
    if (*there)
        return context_.refuse(io::cli::answer_is_no, fmt::format("there is a user {} already", aor->text()));
    auto password = read_password(context_, password_);
    if (!password)
        return tl::unexpected(password.error());
    auto added = database->add_user({aor->name, aor->domain, display_name_, email_}, *password);
    if (!added)
        return context_.refuse(added.error());
    if (!*added)
        return context_.refuse(io::cli::answer_is_no, fmt::format("there is a user {} already", aor->text()));
    if (password_.generate)
        fmt::print("{}\n", *password);
    context_.tell_of_user(*aor, false);
    return io::cli::done;
}

Outcome<int> UserCommands::remove() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    int code = io::cli::done;
    for (const std::string &user : users_) {
        auto aor = context_.aor_of(*database, user);
        if (!aor)
            return tl::unexpected(aor.error());
        auto removed = database->remove_user(aor->name, aor->domain);
        if (!removed)
            return context_.refuse(removed.error());
        if (*removed)
            context_.tell_of_user(*aor, true);
        else
            code = context_.refuse(io::cli::answer_is_no, fmt::format("there is no user {}", aor->text()))
                       .value()
                       .code;
    }
    return code;
}

Outcome<int> UserCommands::change_password() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto aor = context_.aor_of(*database, user_);
    if (!aor)
        return tl::unexpected(aor.error());
    auto there = database->user(aor->name, aor->domain, now());
    if (!there)
        return context_.refuse(there.error());
    if (!*there)
        return context_.refuse(io::cli::answer_is_no, fmt::format("there is no user {}", aor->text()));
    auto password = read_password(context_, password_);
    if (!password)
        return tl::unexpected(password.error());
    auto changed = database->set_password(aor->name, aor->domain, *password);
    if (!changed)
        return context_.refuse(changed.error());
    if (password_.generate)
        fmt::print("{}\n", *password);
    context_.tell_of_user(*aor, false);
    return io::cli::done;
}

Outcome<int> UserCommands::show() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto aor = context_.aor_of(*database, user_);
    if (!aor)
        return tl::unexpected(aor.error());
    auto user = database->user(aor->name, aor->domain, now());
    if (!user)
        return context_.refuse(user.error());
    if (!*user)
        return context_.refuse(io::cli::answer_is_no, fmt::format("there is no user {}", aor->text()));
    auto ha1s = database->ha1s(aor->name, aor->domain);
    if (!ha1s)
        return context_.refuse(ha1s.error());
    auto live = registered_now(context_);
    if (!live)
        return tl::unexpected(live.error());
    std::string digests;
    const io::db::Ha1s known = ha1s->value_or(io::db::Ha1s{});
    for (auto [name, value] :
         {std::pair("MD5", &known.md5), {"SHA-256", &known.sha256}, {"SHA-512-256", &known.sha512_256}})
        if (!value->empty())
            digests += (digests.empty() ? "" : " ") + std::string(name);
    auto columns = user_columns;
    columns.push_back({"digests"});
    auto table = context_.table(columns);
    table.row({(*user)->name, (*user)->domain, (*user)->display_name, (*user)->email,
               is_registered(**user, *live) ? "true" : "false", digests});
    return io::cli::done;
}

Outcome<int> UserCommands::list() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto users = database->users(pattern_, now());
    if (!users)
        return context_.refuse(users.error());
    if (users->empty() && !pattern_.empty())
        return context_.refuse(io::cli::answer_is_no, fmt::format("no user matches '{}'", pattern_));
    auto live = registered_now(context_);
    if (!live)
        return tl::unexpected(live.error());
    auto table = context_.table(user_columns);
    for (const io::db::User &user : *users)
        table.row({user.name, user.domain, user.display_name, user.email,
                   is_registered(user, *live) ? "true" : "false"});
    return io::cli::done;
}

} // namespace cord::tools::sipctl
