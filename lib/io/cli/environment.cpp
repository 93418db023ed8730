#include "io/cli/environment.hpp"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::io::cli {
namespace {

std::string environment_name(std::string_view tool, std::string_view key) {
    std::string name = fmt::format("{}_{}", tool, key);
    for (char &c : name)
        c = base::is_alpha(c) ? static_cast<char>(base::lower(c) - 32) : base::is_digit(c) ? c : '_';
    return name;
}

/// The words of a variable that stands for an option given several times; double quotes keep blanks in one.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    bool quoted = false, inside = false;
    for (const char c : text) {
        if (c == '"')
            quoted = !quoted;
        const bool blank = base::is_space(c) && !quoted;
        if (!blank && !std::exchange(inside, true))
            words.emplace_back();
        inside = !blank;
        if (!blank && c != '"')
            words.back() += c;
    }
    return words;
}

} // namespace

std::optional<std::vector<std::string>> from_environment(std::string_view tool, std::string_view key,
                                                         bool repeated) {
    const char *set = std::getenv(environment_name(tool, key).c_str());
    if (set == nullptr && key == "run-dir")
        set = std::getenv("CORDBOARD_RUN_DIR");
    if (set == nullptr && key == "db")
        set = std::getenv("CORDBOARD_DB");
    if (set == nullptr)
        return std::nullopt;
    return repeated ? words_of(set) : std::vector<std::string>{set};
}

} // namespace cord::io::cli
