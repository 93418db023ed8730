#include "base/text.hpp"

#include <fmt/format.h>

namespace cord::base {

std::string lower(std::string_view s) {
    std::string out(s);
    for (char &c : out)
        c = lower(c);
    return out;
}

bool iequals(std::string_view a, std::string_view b) { return a.size() == b.size() && istarts_with(a, b); }

bool istarts_with(std::string_view s, std::string_view prefix) {
    if (s.size() < prefix.size())
        return false;
    for (std::size_t i = 0; i < prefix.size(); ++i)
        if (s[i] != prefix[i] && lower(s[i]) != lower(prefix[i]))
            return false;
    return true;
}

std::string_view trim(std::string_view s) {
    while (!s.empty() && is_space(s.front()))
        s.remove_prefix(1);
    while (!s.empty() && is_space(s.back()))
        s.remove_suffix(1);
    return s;
}

std::pair<std::string_view, std::string_view> cut(std::string_view s, char separator) {
    std::size_t at = s.find(separator);
    if (at == std::string_view::npos)
        return {s, {}};
    return {s.substr(0, at), s.substr(at + 1)};
}

std::optional<std::uint64_t> to_uint(std::string_view s, std::uint64_t max) {
    if (s.empty())
        return std::nullopt;
    std::uint64_t v = 0;
    for (char c : s) {
        if (!is_digit(c))
            return std::nullopt;
        auto digit = static_cast<std::uint64_t>(c - '0');
        if (digit > max || v > (max - digit) / 10)
            return std::nullopt;
        v = v * 10 + digit;
    }
    return v;
}

std::string to_hex(Bytes b) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(b.size() * 2);
    for (std::uint8_t v : b) {
        out += digits[v >> 4];
        out += digits[v & 15];
    }
    return out;
}

std::string_view without_brackets(std::string_view s) {
    return s.size() >= 2 && s.front() == '<' && s.back() == '>' ? s.substr(1, s.size() - 2) : s;
}

int hex_value(char c) {
    if (is_digit(c))
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<std::string> from_hex(std::string_view s) {
    if (s.size() % 2 != 0)
        return std::nullopt;
    std::string out;
    out.reserve(s.size() / 2);
    for (std::size_t i = 0; i < s.size(); i += 2) {
        int high = hex_value(s[i]), low = hex_value(s[i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        out += static_cast<char>(high << 4 | low);
    }
    return out;
}

static constexpr char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(Bytes b) {
    std::string out;
    out.reserve((b.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < b.size(); i += 3) {
        std::size_t n = std::min<std::size_t>(3, b.size() - i);
        std::uint32_t v = 0;
        for (std::size_t k = 0; k < 3; ++k)
            v = v << 8 | (k < n ? b[i + k] : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= n ? base64_alphabet[v >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view s) {
    while (!s.empty() && s.back() == '=')
        s.remove_suffix(1);
    if (s.size() % 4 == 1)
        return std::nullopt;
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (char c : s) {
        const void *found = c == 0 ? nullptr : std::memchr(base64_alphabet, c, 64);
        if (found == nullptr)
            return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(static_cast<const char *>(found) - base64_alphabet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>(bits >> held);
        }
    }
    return out;
}

void append_json_escaped(std::string &out, std::string_view s) {
    for (char c : s) {
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            if (static_cast<unsigned char>(c) < 0x20)
                fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
            else
                out += c;
        }
    }
}

/// How many continuation bytes follow this lead byte, or -1; `low` and `high` bound the first of them, which
/// rules out overlong forms, surrogates and what lies past U+10FFFF.
static int utf8_tail(unsigned char lead, unsigned char &low, unsigned char &high) {
    low = 0x80;
    high = 0xbf;
    if (lead < 0x80)
        return 0;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 1;
    if (lead >= 0xe0 && lead <= 0xef) {
        if (lead == 0xe0)
            low = 0xa0;
        if (lead == 0xed)
            high = 0x9f;
        return 2;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        if (lead == 0xf0)
            low = 0x90;
        if (lead == 0xf4)
            high = 0x8f;
        return 3;
    }
    return -1;
}

bool is_utf8(std::string_view s) {
    for (std::size_t i = 0; i < s.size(); ++i) {
        unsigned char low, high;
        int tail = utf8_tail(static_cast<unsigned char>(s[i]), low, high);
        if (tail < 0 || s.size() - i <= static_cast<std::size_t>(tail))
            return false;
        for (; tail > 0; --tail, low = 0x80, high = 0xbf) {
            auto c = static_cast<unsigned char>(s[++i]);
            if (c < low || c > high)
                return false;
        }
    }
    return true;
}

} // namespace cord::base
