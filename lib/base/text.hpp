// ASCII text without locales: comparing, cutting, numbers, and the two encodings every protocol here uses.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"

namespace cord::base {

[[nodiscard]] constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
[[nodiscard]] constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

[[nodiscard]] std::string lower(std::string_view s);
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);
[[nodiscard]] bool istarts_with(std::string_view s, std::string_view prefix);

/// Without blanks, tabs and line ends at either end.
[[nodiscard]] std::string_view trim(std::string_view s);

/// What stands before and after the first `separator`; all of `s` and nothing when there is none.
[[nodiscard]] std::pair<std::string_view, std::string_view> cut(std::string_view s, char separator);

/// For tables with text as key that are also asked with views.
struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
};

/// Calls `each(piece)` for every piece between separators, empty ones too.
template <class F>
void split(std::string_view s, char separator, F &&each) {
    for (;;) {
        std::size_t at = s.find(separator);
        each(s.substr(0, at));
        if (at == std::string_view::npos)
            return;
        s.remove_prefix(at + 1);
    }
}

/// A decimal number made of digits alone that fits; anything else is nullopt.
[[nodiscard]] std::optional<std::uint64_t> to_uint(std::string_view s, std::uint64_t max = UINT64_MAX);

/// The text between < and >, or all of it where they do not stand around it.
[[nodiscard]] std::string_view without_brackets(std::string_view s);

/// 0 to 15, or -1 for what is no hexadecimal digit.
[[nodiscard]] int hex_value(char c);
[[nodiscard]] std::string to_hex(Bytes b);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view s);
[[nodiscard]] std::string to_base64(Bytes b);
/// Accepts missing padding; nullopt on any other character.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view s);

/// The text as the inside of a JSON string (RFC 8259 section 7), quotes not included.
void append_json_escaped(std::string &out, std::string_view s);

/// Whether the bytes are well-formed UTF-8 (RFC 3629).
[[nodiscard]] bool is_utf8(std::string_view s);

} // namespace cord::base
