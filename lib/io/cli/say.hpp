// Words of a tool for its user.
#pragma once

#include <string_view>

#include <fmt/format.h>

namespace cord::io::cli {

/// "TOOL: WORDS" as one line on stderr. Words may quote outside input: what would steer the terminal is shown
/// as `?`. That nobody reads them, stderr being closed, is no fault.
void say(std::string_view tool, std::string_view words);

template <class... A>
void say(std::string_view tool, fmt::format_string<A...> words, A &&...a) requires(sizeof...(A) > 0) {
    say(tool, std::string_view(fmt::format(words, std::forward<A>(a)...)));
}

} // namespace cord::io::cli
