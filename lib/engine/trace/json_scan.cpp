#include "engine/trace/json_scan.hpp"

#include <cstdint>

#include "base/text.hpp"

namespace cord::engine::trace {

JsonScan::JsonScan(std::string_view object) : rest_(object) {
    skip_blanks();
    open_ = take('{');
}

void JsonScan::skip_blanks() {
    while (!rest_.empty() && base::is_space(rest_.front()))
        rest_.remove_prefix(1);
}

bool JsonScan::take(char c) {
    if (rest_.empty() || rest_.front() != c)
        return false;
    rest_.remove_prefix(1);
    return true;
}

// The inside of a string whose opening quote was taken, and its closing quote with it.
std::optional<std::string_view> JsonScan::string() {
    std::size_t at = 0;
    for (;;) {
        at = rest_.find_first_of("\"\\", at);
        if (at == std::string_view::npos)
            return std::nullopt;
        if (rest_[at] == '"')
            break;
        at += 2; // whatever is escaped
    }
    const std::string_view inside = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return inside;
}

bool JsonScan::skip_nested() {
    std::size_t depth = 0;
    do {
        const std::size_t at = rest_.find_first_of("\"[]{}");
        if (at == std::string_view::npos)
            return false;
        const char c = rest_[at];
        rest_.remove_prefix(at + 1);
        if (c == '"') {
            if (!string())
                return false;
        } else {
            depth += c == '[' || c == '{' ? 1 : std::size_t(-1);
        }
    } while (depth > 0);
    return true;
}

std::optional<JsonMember> JsonScan::next() {
    if (!open_)
        return std::nullopt;
    open_ = false; // until this member turns out well
    skip_blanks();
    if (take('}')) {
        skip_blanks();
        complete_ = rest_.empty();
        return std::nullopt;
    }
    if (!first_ && !take(','))
        return std::nullopt;
    first_ = false;
    skip_blanks();
    if (!take('"'))
        return std::nullopt;
    const auto name = string();
    skip_blanks();
    if (!name || !take(':'))
        return std::nullopt;
    skip_blanks();
    JsonMember member{*name};
    const std::string_view from = rest_;
    if (take('"')) {
        const auto value = string();
        if (!value)
            return std::nullopt;
        member.value = *value;
        member.is_string = true;
    } else if (from.starts_with('{') || from.starts_with('[')) {
        if (!skip_nested())
            return std::nullopt;
        member.value = from.substr(0, from.size() - rest_.size());
    } else {
        member.value = rest_.substr(0, rest_.find_first_of(",} \t\r\n"));
        rest_.remove_prefix(member.value.size());
    }
    open_ = true;
    return member;
}

namespace {

std::optional<std::uint32_t> hex4(std::string_view s) {
    if (s.size() < 4)
        return std::nullopt;
    std::uint32_t v = 0;
    for (const char c : s.substr(0, 4)) {
        const char l = base::lower(c);
        if (base::is_digit(l))
            v = v << 4 | static_cast<std::uint32_t>(l - '0');
        else if (l >= 'a' && l <= 'f')
            v = v << 4 | static_cast<std::uint32_t>(l - 'a' + 10);
        else
            return std::nullopt;
    }
    return v;
}

void append_utf8(std::string &out, std::uint32_t c) {
    const auto trail = [&](int shift) { out += static_cast<char>(0x80 | (c >> shift & 0x3F)); };
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | c >> 6);
        trail(0);
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | c >> 12);
        trail(6);
        trail(0);
    } else {
        out += static_cast<char>(0xF0 | c >> 18);
        trail(12);
        trail(6);
        trail(0);
    }
}

// RFC 8259 section 7: a character outside the basic plane is two \u escapes, a surrogate pair. `s` stands
// behind the u.
bool append_code_point(std::string &out, std::string_view &s) {
    auto c = hex4(s);
    if (!c)
        return false;
    s.remove_prefix(4);
    if (*c >= 0xD800 && *c < 0xDC00 && s.starts_with("\\u")) {
        const auto low = hex4(s.substr(2));
        if (!low || *low < 0xDC00 || *low > 0xDFFF)
            return false;
        c = 0x10000 + ((*c - 0xD800) << 10) + (*low - 0xDC00);
        s.remove_prefix(6);
    }
    if (*c >= 0xD800 && *c < 0xE000)
        return false;
    append_utf8(out, *c);
    return true;
}

} // namespace

bool append_unescaped(std::string &out, std::string_view s) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    for (;;) {
        const std::size_t at = s.find('\\');
        out += s.substr(0, at);
        if (at == std::string_view::npos)
            return true;
        if (at + 1 == s.size())
            return false;
        const char c = s[at + 1];
        s.remove_prefix(at + 2);
        if (c == 'u') {
            if (!append_code_point(out, s))
                return false;
        } else if (const std::size_t i = letters.find(c); i != std::string_view::npos) {
            out += meanings[i];
        } else {
            return false;
        }
    }
}

} // namespace cord::engine::trace
