// Options in the environment.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cord::io::cli {

/// What TOOL_OPTION_NAME holds; for the run directory and the database also what every tool's variable does.
/// One of a repeated option holds words between blanks, where double quotes keep a blank inside. Nothing
/// when no such variable is set.
[[nodiscard]] std::optional<std::vector<std::string>> from_environment(std::string_view tool,
                                                                       std::string_view key, bool repeated);

} // namespace cord::io::cli
