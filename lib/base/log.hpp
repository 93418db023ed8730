// Words for the operator, one line each on stderr: logfmt, or JSON with --log-format json. For `io` and tools
// alone; engines return values instead.
#pragma once

#include <string_view>

#include <fmt/format.h>

namespace cord::base::log {

enum class Level { error, warning, info, debug };

/// Lines less important than this are not made. Default: info.
void set_level(Level level);
[[nodiscard]] bool enabled(Level level);
void set_json(bool json);

/// Writes `level=… mod=… msg="…"`; each line goes out with one write. With JOURNAL_STREAM set, the priority
/// leads.
void write(Level level, std::string_view module, std::string_view message);

template <class... A>
void error(std::string_view module, fmt::format_string<A...> f, A &&...a) {
    write(Level::error, module, fmt::format(f, std::forward<A>(a)...));
}
template <class... A>
void warning(std::string_view module, fmt::format_string<A...> f, A &&...a) {
    if (enabled(Level::warning))
        write(Level::warning, module, fmt::format(f, std::forward<A>(a)...));
}
template <class... A>
void info(std::string_view module, fmt::format_string<A...> f, A &&...a) {
    if (enabled(Level::info))
        write(Level::info, module, fmt::format(f, std::forward<A>(a)...));
}
template <class... A>
void debug(std::string_view module, fmt::format_string<A...> f, A &&...a) {
    if (enabled(Level::debug))
        write(Level::debug, module, fmt::format(f, std::forward<A>(a)...));
}

} // namespace cord::base::log
