// "Did you mean": the known word that a mistyped one is nearest to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cord::io::cli {

/// How many letters must be put in, taken out or changed to make one word of the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// " (did you mean X?)" with the nearest of the known words, or nothing when none is near.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string> &known);

} // namespace cord::io::cli
