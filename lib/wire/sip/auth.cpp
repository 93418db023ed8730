#include "wire/sip/auth.hpp"

#include "base/text.hpp"
#include "wire/sip/lex.hpp"

namespace cord::wire::sip {
namespace {

constexpr std::size_t usual_params = 12;

// auth-param = token EQUAL ( token / quoted-string ). `more` tells whether a comma follows.
bool take_param(Cursor &in, Param &out, bool &more) {
    out.name = in.token();
    if (out.name.empty() || !in.accept('='))
        return false;
    if (in.peek() == '"') {
        const auto inside = in.quoted();
        if (!inside)
            return false;
        out.value = *inside;
    } else {
        out.value = in.take_while([](char c) { return c != ',' && c != '"' && !base::is_space(c); });
    }
    more = in.accept(',');
    return true;
}

} // namespace

base::Result<AuthValue> AuthValue::parse(std::string_view text) {
    Cursor in(text);
    AuthValue out;
    out.scheme = in.token();
    if (out.scheme.empty() || !base::is_space(in.peek()))
        return base::fail("no authentication scheme", in.at());
    in.skip_blanks();
    out.params.reserve(usual_params);
    for (bool more = true; more;)
        if (!take_param(in, out.params.emplace_back(), more))
            return base::fail("malformed authentication parameter", in.at());
    in.skip_blanks();
    if (!in.done())
        return base::fail("unexpected text in an authentication header", in.at());
    return out;
}

std::optional<std::string_view> AuthValue::param(std::string_view name) const {
    for (const Param &param : params)
        if (base::iequals(param.name, name))
            return param.value;
    return std::nullopt;
}

bool AuthValue::is_digest() const { return base::iequals(scheme, "Digest"); }

} // namespace cord::wire::sip
