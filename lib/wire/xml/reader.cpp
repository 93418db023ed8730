#include "wire/xml/reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cord::wire::xml {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// Section 2.2: `Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]`.
bool is_char(std::uint32_t c) {
    return c == 0x9 || c == 0xa || c == 0xd || (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) ||
           (c >= 0x10000 && c <= 0x10ffff);
}

void append_utf8(std::string &out, std::uint32_t c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
        return;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    constexpr unsigned lead[] = {0, 0xc0, 0xe0, 0xf0};
    out += static_cast<char>(lead[more] | c >> (6 * more));
    for (int i = more - 1; i >= 0; --i)
        out += static_cast<char>(0x80 | (c >> (6 * i) & 0x3f));
}

/// What stands between & and ;. Section 4.6 has five names; others would need a document type.
std::optional<std::string> reference(std::string_view name) {
    for (auto [known, value] :
         {std::pair{"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"apos", "'"}, {"quot", "\""}})
        if (name == known)
            return value;
    const bool hex = name.starts_with("#x");
    if (!name.starts_with('#'))
        return std::nullopt;
    name.remove_prefix(hex ? 2 : 1);
    std::uint32_t c = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), c, hex ? 16 : 10);
    if (error != std::errc() || end != name.data() + name.size() || !is_char(c))
        return std::nullopt;
    std::string out;
    append_utf8(out, c);
    return out;
}

base::Result<Token> token(Token::Kind kind, std::string_view text) { return Token{kind, std::string(text)}; }

} // namespace

bool Reader::skip_past(std::string_view end, std::size_t from) {
    const std::size_t found = document_.find(end, from);
    if (found == std::string_view::npos)
        return false;
    at_ = found + end.size();
    return true;
}

base::Result<Token> Reader::next() {
    if (!closing_.empty())
        return token(Token::Kind::end, std::exchange(closing_, {}));
    while (at_ < document_.size()) {
        const std::string_view rest = document_.substr(at_);
        if (!rest.starts_with('<'))
            return text();
        if (rest.starts_with("<![CDATA[")) {
            const std::size_t begin = at_ + 9;
            if (!skip_past("]]>", begin))
                return base::fail("a CDATA section without end", at_);
            return token(Token::Kind::text, document_.substr(begin, at_ - 3 - begin));
        }
        if (rest.starts_with("<!--")) {
            if (!skip_past("-->", at_ + 4))
                return base::fail("a comment without end", at_);
        } else if (rest.starts_with("<?")) {
            if (!skip_past("?>", at_ + 2))
                return base::fail("a processing instruction without end", at_);
        } else if (rest.starts_with("<!")) {
            return base::fail("a document type is not taken", at_);
        } else {
            return tag();
        }
    }
    return Token{};
}

base::Result<Token> Reader::tag() {
    const std::size_t begin = at_ + 1;
    // A > may stand in an attribute's value.
    std::size_t end = begin;
    char quote = '\0';
    for (; end < document_.size() && (quote != '\0' || document_[end] != '>'); ++end) {
        const char c = document_[end];
        if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote)
            quote = '\0';
    }
    if (end == document_.size())
        return base::fail("a tag without end", at_);
    std::string_view inside = document_.substr(begin, end - begin);
    const bool closes = inside.starts_with('/'), is_empty = inside.ends_with('/');
    inside.remove_prefix(closes ? 1 : 0);
    std::string_view name = inside.substr(0, inside.find_first_of(" \t\r\n/"));
    if (name.empty() || (closes && is_empty))
        return base::fail("a tag without a name", at_);
    at_ = end + 1;
    if (is_empty)
        closing_ = name;
    return token(closes ? Token::Kind::end : Token::Kind::start, name);
}

base::Result<Token> Reader::text() {
    const std::size_t end = std::min(document_.find('<', at_), document_.size());
    Token out{Token::Kind::text, {}};
    while (at_ < end) {
        if (document_[at_] != '&') {
            const std::size_t plain = std::min(document_.find('&', at_), end);
            out.text += document_.substr(at_, plain - at_);
            at_ = plain;
            continue;
        }
        const std::size_t semicolon = document_.find(';', at_);
        auto value =
            semicolon < end ? reference(document_.substr(at_ + 1, semicolon - at_ - 1)) : std::nullopt;
        if (!value)
            return base::fail("a reference to nothing that is known", at_);
        out.text += *value;
        at_ = semicolon + 1;
    }
    return out;
}

std::string escaped(std::string_view text) {
    std::string out;
    base::characters(text, [&](std::string_view character, bool good) {
        const char c = character.front();
        if (!good || (character.size() == 1 && !is_char(static_cast<unsigned char>(c))))
            out += replacement;
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\r')
            out += "&#13;"; // section 2.11 has readers make a line feed of it
        else
            out += character;
    });
    return out;
}

} // namespace cord::wire::xml
