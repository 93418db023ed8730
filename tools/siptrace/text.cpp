#include "text.hpp"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/trace/printable.hpp"

namespace cord::siptrace {

std::string milliseconds(std::optional<std::chrono::nanoseconds> d) {
    return d ? fmt::format("{:.3f}", std::chrono::duration<double, std::milli>(*d).count()) : "";
}

std::string seconds(std::optional<std::chrono::nanoseconds> d) {
    return d ? fmt::format("{:.3f}", std::chrono::duration<double>(*d).count()) : "";
}

std::size_t terminal_width() {
    if (const char *columns = std::getenv("COLUMNS"))
        if (const auto n = base::to_uint(columns, 10'000); n && *n > 0)
            return *n;
    winsize size{};
    return isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool wants_colour(std::string_view option) {
    if (option != "auto")
        return option == "always";
    const char *no_color = std::getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

void json_member(std::string &out, std::string_view name, std::string_view value) {
    out += out.back() == '{' ? "\"" : ",\"";
    out += name;
    out += "\":\"";
    base::append_json_escaped(out,
                              base::is_utf8(value) ? std::string(value) : engine::trace::printable(value));
    out += '"';
}

} // namespace cord::siptrace
