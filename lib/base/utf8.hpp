// Text that should be UTF-8 and may not be: taken apart by characters, and written so that JSON parsers take
// it.
#pragma once

#include <string>
#include <string_view>

#include "base/text.hpp"

namespace cord::base {

/// Calls `each(bytes, true)` for every character, and `each(byte, false)` for a byte that begins none.
template <class F>
void characters(std::string_view s, F &&each) {
    while (!s.empty()) {
        const auto lead = static_cast<unsigned char>(s.front());
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        const bool good = length <= s.size() && is_utf8(s.substr(0, length));
        each(s.substr(0, good ? length : 1), good);
        s.remove_prefix(good ? length : 1);
    }
}

/// The text as a JSON string, with its quotes; a byte that is no UTF-8 becomes U+FFFD, for a parser would
/// refuse all.
[[nodiscard]] inline std::string json_string(std::string_view s) {
    std::string out = "\"";
    characters(s, [&](std::string_view character, bool good) {
        append_json_escaped(out, good ? character : std::string_view("\xef\xbf\xbd"));
    });
    return out + "\"";
}

} // namespace cord::base
