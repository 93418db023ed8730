// How much room a text takes on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cord::io::cli {

/// In columns: East Asian letters and emoji take two, marks that combine take none.
[[nodiscard]] std::size_t display_width(std::string_view text);
/// As much of the text as has room, and an ellipsis where some is cut off.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t width);
/// The text with "?" for control characters and broken UTF-8: a terminal must not obey what a peer wrote.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace cord::io::cli
