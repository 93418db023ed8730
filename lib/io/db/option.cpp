#include "io/db/option.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/paths.hpp"

namespace cord::io::db {

void DatabaseOption::declare(cli::Command &command) {
    command
        .option("--db", url, "URL",
                "The database (default: sqlite:DIR/cordboard.sqlite of the state directory)")
        .option("--db-file", file, "FILE", "A file that holds the database's URL");
}

base::Result<std::string, std::string> DatabaseOption::text(std::string_view run_dir) const {
    if (!url.empty())
        return url;
    if (file.empty())
        return fmt::format("sqlite:{}/cordboard.sqlite", cli::state_directory(run_dir));
    std::string line;
    std::ifstream in(file);
    if (!std::getline(in, line))
        return tl::unexpected(fmt::format("--db-file {}: {}", file,
                                          in.is_open() && !in.bad() ? "it is empty" : std::strerror(errno)));
    return std::string(base::trim(line));
}

base::Result<Url, cli::Wrong> DatabaseOption::resolve(const cli::App &app) const {
    const auto wrong = [](int code, std::string words) {
        return tl::unexpected(cli::Wrong{code, std::move(words)});
    };
    // A file is configuration, wherever its name was said.
    const int code = url.empty() && !file.empty() ? cli::bad_configuration : app.value_code("db");
    const auto given = text(app.common().run_dir);
    if (!given)
        return wrong(code, given.error());
    const auto parsed = parse_url(*given);
    if (!parsed)
        return wrong(code, fmt::format("{}: {}", without_password(*given), parsed.error().reason));
    if (!is_built_in(parsed->engine))
        return wrong(cli::unavailable,
                     fmt::format("{}: this build speaks to SQLite alone", without_password(*given)));
    return *parsed;
}

int exit_code(Trouble trouble) {
    switch (trouble) {
    case Trouble::locked:
    case Trouble::gone:
    case Trouble::no_tables: return cli::unavailable;
    case Trouble::full: return cli::io_error;
    case Trouble::read_only: return cli::not_permitted;
    case Trouble::exists: return cli::cannot_create;
    case Trouble::other: return cli::io_error;
    }
    return cli::io_error;
}

} // namespace cord::io::db
