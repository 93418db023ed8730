// --db and --db-file, the same in every tool, and what a failed database means for its exit code.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "io/cli/app.hpp"
#include "io/db/failure.hpp"
#include "io/db/url.hpp"

namespace cord::io::db {

struct DatabaseOption {
    std::string url; ///< --db, or CORDBOARD_DB.
    std::string file;

    void declare(cli::Command &command);
    /// --db, else the first line of --db-file, else cordboard.sqlite in the state directory. Errors are
    /// sentences.
    [[nodiscard]] base::Result<std::string, std::string> text(std::string_view run_dir) const;
    /// The same read as a URL that this build can speak to; the error has the exit code.
    [[nodiscard]] base::Result<Url, cli::Wrong> resolve(const cli::App &app) const;
};

[[nodiscard]] int exit_code(Trouble trouble);

} // namespace cord::io::db
