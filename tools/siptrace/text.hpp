// Small words and numbers that several subcommands print.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cord::siptrace {

/// With three decimals; nothing for nothing.
[[nodiscard]] std::string milliseconds(std::optional<std::chrono::nanoseconds> d);
[[nodiscard]] std::string seconds(std::optional<std::chrono::nanoseconds> d);

/// Columns of the terminal that stdout is, or of COLUMNS; 0 when it is neither.
[[nodiscard]] std::size_t terminal_width();
/// Whether to colour stdout, by --color, NO_COLOR and what stdout is.
[[nodiscard]] bool wants_colour(std::string_view option);

/// Appends `"name":"value"`, a comma before it unless it is the first member.
void json_member(std::string &out, std::string_view name, std::string_view value);

} // namespace cord::siptrace
