// sipdb: makes the database, and says what it holds.
#include <fmt/format.h>

#include "io/cli/app.hpp"
#include "io/cli/paths.hpp"
#include "io/cli/say.hpp"
#include "io/cli/table.hpp"
#include "io/db/database.hpp"
#include "io/db/option.hpp"

using namespace cord;
using io::db::Database;

namespace {

struct Tool {
    io::cli::App app{"sipdb", "Create the database of a SIP server, and look into it"};
    io::db::DatabaseOption database;
    bool if_not_exists = false;
    bool json = false;

    int create() const;
    int status() const;
    int failed(const io::db::Failure &failure) const {
        return app.refuse(io::db::exit_code(failure.trouble), failure.text);
    }
};

int Tool::create() const {
    auto url = database.resolve(app);
    if (!url)
        return app.refuse(url.error().code, url.error().text);
    // The folder is made where it is the usual one; a path that the user wrote is taken at its word.
    if (database.url.empty() && database.file.empty()) {
        const std::string folder = io::cli::state_directory(app.common().run_dir);
        if (io::cli::in_directory(folder, "").empty())
            return app.refuse(io::cli::cannot_create, fmt::format("the directory {} cannot be made", folder));
    }
    auto made = Database::create(*url, if_not_exists);
    if (!made && made.error().trouble == io::db::Trouble::gone)
        return app.refuse(io::cli::cannot_create, made.error().text);
    if (!made)
        return failed(made.error());
    if (app.common().verbosity >= 0 && *made > 0)
        io::cli::say("sipdb", "made {} tables in {}", *made, url->place);
    return io::cli::done;
}

int Tool::status() const {
    using Column = io::cli::Column;
    auto url = database.resolve(app);
    if (!url)
        return app.refuse(url.error().code, url.error().text);
    auto opened = Database::open(*url);
    if (!opened)
        return failed(opened.error());
    auto tables = opened->status();
    if (!tables)
        return failed(tables.error());
    std::size_t unfit = 0;
    io::cli::Table table({{"table"},
                          {"version", Column::Kind::number},
                          {"wanted", Column::Kind::number},
                          {"rows", Column::Kind::number},
                          {"state"}},
                         io::cli::Table::form(json));
    for (const io::db::TableStatus &t : *tables) {
        const char *state = t.version == t.wanted ? "ok" : t.version == 0 ? "missing" : "other version";
        unfit += t.version != t.wanted;
        table.row(
            {t.name, std::to_string(t.version), std::to_string(t.wanted), std::to_string(t.rows), state});
    }
    table.finish();
    if (unfit == 0)
        return io::cli::done;
    return app.refuse(io::cli::answer_is_no, fmt::format("{} of {} tables are missing or of another version",
                                                         unfit, tables->size()));
}

} // namespace

int main(int argc, char **argv) {
    Tool tool;
    tool.database.declare(tool.app);
    tool.app.subcommand("create", "Make the database and its tables", [&] { return tool.create(); })
        .flag("--if-not-exists", tool.if_not_exists, "Keep tables that are there, and make what is missing");
    tool.app
        .subcommand("status", "Say which tables there are, their versions and sizes",
                    [&] { return tool.status(); })
        .flag("--json", tool.json, "Print one JSON object a line");
    return tool.app.run(argc, argv);
}
