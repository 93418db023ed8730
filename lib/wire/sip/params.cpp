#include "wire/sip/params.hpp"

#include "base/text.hpp"
#include "wire/sip/lex.hpp"

namespace cord::wire::sip {
namespace {

using base::fail;

// gen-value = token / host / quoted-string. Unquoted, whatever cannot end the value is let through: IPv6
// without brackets in `received`, for one, is what RFC 3261 itself asks for.
constexpr CharSet bare_value_chars = CharSet::visible_but(";,\"<>", true);
constexpr CharSet uri_param_chars = CharSet::visible_but("\"<>@?,", true);

// One `name[=value]`; false where it is malformed.
bool take_header_param(Cursor &in, Param &out) {
    out = {};
    out.name = in.token();
    if (out.name.empty())
        return false;
    if (!in.accept('='))
        return true;
    out.has_value = true;
    if (in.peek() == '"') {
        const auto inside = in.quoted();
        if (!inside)
            return false;
        out.quoted = true;
        out.value = *inside;
        return true;
    }
    out.value = in.take_while(bare_value_chars);
    return !out.value.empty();
}

} // namespace

base::Result<Params> Params::parse_header(std::string_view text) {
    Cursor in(text);
    Param param;
    while (in.accept(';'))
        if (!take_header_param(in, param))
            return fail("malformed parameter", in.at());
    in.skip_blanks();
    if (!in.done())
        return fail("unexpected text where a parameter could begin", in.at());
    return Params(base::trim(text));
}

base::Result<Params> Params::parse_uri(std::string_view text) {
    if (const std::size_t bad = uri_param_chars.find_other(text); bad != std::string_view::npos)
        return fail("character that a URI parameter cannot hold", bad);
    for (std::size_t i = text.find(';'); i != std::string_view::npos; i = text.find(';', i + 1))
        if (i + 1 == text.size() || text[i + 1] == ';' || text[i + 1] == '=')
            return fail("URI parameter without a name", i);
    return Params(text);
}

void Params::Iterator::cut() {
    Cursor in(rest_);
    if (!in.accept(';')) {
        done_ = true;
        return;
    }
    param_ = {};
    param_.name = in.take_while([](char c) { return c != ';' && c != '=' && !base::is_space(c); });
    if (in.accept('=')) {
        param_.has_value = true;
        param_.quoted = in.peek() == '"';
        param_.value = param_.quoted ? in.quoted().value_or("") : in.take_while(bare_value_chars);
    }
    rest_ = in.rest();
}

std::optional<Param> Params::find(std::string_view name) const {
    for (const Param &p : *this)
        if (base::iequals(p.name, name))
            return p;
    return std::nullopt;
}

std::optional<std::string_view> Params::value(std::string_view name) const {
    if (const auto p = find(name))
        return p->value;
    return std::nullopt;
}

} // namespace cord::wire::sip
