// Where a program keeps its sockets and its database when nothing else is said.
#pragma once

#include <string>
#include <string_view>

namespace cord::io::cli {

/// For sockets: the named directory, else /run/cordboard as root, else $XDG_RUNTIME_DIR/cordboard, or where
/// that is not set, `run` in the state directory.
[[nodiscard]] std::string run_directory(std::string_view named);
/// For the database and certificates: the named directory too, so that --run-dir moves everything; else
/// /var/lib/cordboard as root, else $XDG_DATA_HOME/cordboard.
[[nodiscard]] std::string state_directory(std::string_view named);
/// `directory`/`name`, the directory made (mode 0700) where it is missing; empty when it cannot be.
[[nodiscard]] std::string in_directory(const std::string &directory, std::string_view name);

} // namespace cord::io::cli
