// The lexical rules of RFC 3261 section 25.1 that the header parsers share, and a cursor over text.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace cord::wire::sip {

[[nodiscard]] constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// A set of characters, as a table: one load tells whether a character is in it.
class CharSet {
  public:
    [[nodiscard]] static constexpr CharSet of(std::string_view members) {
        CharSet set;
        for (char c : members)
            set.in_[static_cast<unsigned char>(c)] = true;
        return set;
    }
    /// ALPHA, DIGIT and these.
    [[nodiscard]] static constexpr CharSet alphanum_and(std::string_view members) {
        CharSet set = of(members);
        for (std::size_t i = 0; i < 256; ++i)
            set.in_[i] =
                set.in_[i] || base::is_digit(static_cast<char>(i)) || base::is_alpha(static_cast<char>(i));
        return set;
    }
    /// All above the blank but these; DEL and what is no ASCII only with `beyond_ascii`.
    [[nodiscard]] static constexpr CharSet visible_but(std::string_view members, bool beyond_ascii) {
        CharSet set;
        for (std::size_t i = '!'; i < (beyond_ascii ? 256 : 127); ++i)
            set.in_[i] = members.find(static_cast<char>(i)) == std::string_view::npos;
        return set;
    }
    [[nodiscard]] constexpr bool operator()(char c) const { return in_[static_cast<unsigned char>(c)]; }
    /// The offset of the first character that is not in the set, or npos.
    [[nodiscard]] constexpr std::size_t find_other(std::string_view s) const {
        for (std::size_t i = 0; i < s.size(); ++i)
            if (!(*this)(s[i]))
                return i;
        return std::string_view::npos;
    }

  private:
    std::array<bool, 256> in_{};
};

inline constexpr CharSet token_chars = CharSet::alphanum_and("-.!%*_+`'~");

[[nodiscard]] constexpr bool is_token(std::string_view s) {
    return !s.empty() && token_chars.find_other(s) == std::string_view::npos;
}

[[nodiscard]] constexpr bool is_hex_digit(char c) {
    return base::is_digit(c) || (base::lower(c) >= 'a' && base::lower(c) <= 'f');
}

/// Reads text front to back. Line folds count as blanks (LWS).
class Cursor {
  public:
    explicit constexpr Cursor(std::string_view s) : text_(s) {}

    [[nodiscard]] constexpr bool done() const { return at_ == text_.size(); }
    [[nodiscard]] constexpr std::size_t at() const { return at_; }
    [[nodiscard]] constexpr char peek() const { return done() ? '\0' : text_[at_]; }
    [[nodiscard]] constexpr std::string_view rest() const { return text_.substr(at_); }

    constexpr void skip(std::size_t n) { at_ += n; }
    constexpr void skip_blanks() {
        while (!done() && base::is_space(text_[at_]))
            ++at_;
    }
    /// Takes `c` and the blanks around it, as SLASH, SEMI, EQUAL and the like allow.
    constexpr bool accept(char c) {
        const std::size_t before = at_;
        skip_blanks();
        if (peek() != c || done()) {
            at_ = before;
            return false;
        }
        ++at_;
        skip_blanks();
        return true;
    }
    /// The characters from here that satisfy `wanted`; may be none.
    template <class F>
    constexpr std::string_view take_while(F wanted) {
        const std::size_t begin = at_;
        while (!done() && wanted(text_[at_]))
            ++at_;
        return text_.substr(begin, at_ - begin);
    }
    constexpr std::string_view token() { return take_while(token_chars); }

    /// At a double quote: the string's inside, escapes as written; nothing, and no step, when no quote closes
    /// it.
    constexpr std::optional<std::string_view> quoted() {
        std::size_t i = at_ + 1;
        while (i < text_.size() && text_[i] != '"')
            i += text_[i] == '\\' ? 2 : 1;
        if (i >= text_.size())
            return std::nullopt;
        const auto inside = text_.substr(at_ + 1, i - at_ - 1);
        at_ = i + 1;
        return inside;
    }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace cord::wire::sip
