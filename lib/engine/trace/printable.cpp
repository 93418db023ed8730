#include "engine/trace/printable.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"

namespace cord::engine::trace {
namespace {

bool is_continuation(char c) { return (static_cast<std::uint8_t>(c) & 0xC0) == 0x80; }

// How many bytes the character at the front claims to have.
std::size_t claimed(char first) {
    const auto c = static_cast<std::uint8_t>(first);
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

// C0, DEL, and C1 as UTF-8 has it (0xC2 0x80 to 0xC2 0x9F).
bool is_control(std::string_view character) {
    const auto first = static_cast<std::uint8_t>(character[0]);
    if (character.size() == 1)
        return first < 0x20 || first == 0x7F;
    return first == 0xC2 && static_cast<std::uint8_t>(character[1]) < 0xA0;
}

} // namespace

std::string printable(std::string_view s) {
    if (std::all_of(s.begin(), s.end(), [](char c) { return c >= ' ' && c < '\x7F'; }))
        return std::string(s);
    std::string out;
    out.reserve(s.size());
    while (!s.empty()) {
        std::string_view character = s.substr(0, claimed(s.front()));
        if (!base::is_utf8(character))
            character = s.substr(0, 1);
        const bool good = base::is_utf8(character) && !is_control(character);
        out += good ? character : std::string_view("·");
        s.remove_prefix(character.size());
    }
    return out;
}

std::size_t width_of(std::string_view s) {
    return static_cast<std::size_t>(
        std::count_if(s.begin(), s.end(), [](char c) { return !is_continuation(c); }));
}

std::string fitted(std::string_view s, std::size_t width) {
    if (width_of(s) <= width)
        return std::string(s);
    if (width == 0)
        return {};
    std::size_t at = 0;
    for (std::size_t columns = 0; at < s.size(); ++at) {
        if (is_continuation(s[at]))
            continue;
        if (++columns == width)
            break;
    }
    return std::string(s.substr(0, at)) + "…";
}

} // namespace cord::engine::trace
