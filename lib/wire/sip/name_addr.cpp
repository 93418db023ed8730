#include "wire/sip/name_addr.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/sip/lex.hpp"

namespace cord::wire::sip {
namespace {

using base::fail;
using base::Result;

constexpr auto npos = std::string_view::npos;

// display-name = *(token LWS) / quoted-string, and what is before the left bracket is nothing else.
bool take_display(Cursor &in, std::string_view &out) {
    if (in.peek() == '"') {
        const auto inside = in.quoted();
        if (!inside)
            return false;
        out = *inside;
        in.skip_blanks();
        return in.peek() == '<';
    }
    out = base::trim(in.take_while([](char c) { return token_chars(c) || base::is_space(c); }));
    return in.peek() == '<';
}

Result<NameAddr> finish(NameAddr out, std::string_view uri, std::size_t uri_at, std::string_view params,
                        std::size_t params_at) {
    const auto parsed_uri = Uri::parse(uri);
    if (!parsed_uri)
        return fail(parsed_uri.error().reason, uri_at + parsed_uri.error().at);
    const auto parsed_params = Params::parse_header(params);
    if (!parsed_params)
        return fail(parsed_params.error().reason, params_at + parsed_params.error().at);
    out.uri = *parsed_uri;
    out.params = *parsed_params;
    return out;
}

// RFC 3261 section 20.10: "If the URI is not enclosed in angle brackets, any semicolon-delimited parameters
// are header-parameters, not URI parameters", and one "containing a comma, question mark or semicolon" must
// be enclosed.
Result<NameAddr> parse_addr_spec(std::string_view text) {
    const std::size_t end = std::min(text.find_first_of("; \t\r\n"), text.size());
    const std::string_view uri = text.substr(0, end);
    if (const std::size_t bad = uri.find_first_of("?,"); bad != npos)
        return fail("URI with a question mark or comma needs angle brackets", bad);
    return finish(NameAddr{}, uri, 0, text.substr(end), end);
}

} // namespace

Result<NameAddr> NameAddr::parse(std::string_view text) {
    const bool bracketed = !text.empty() && (text.front() == '"' || text.find('<') != npos);
    if (!bracketed)
        return parse_addr_spec(text);
    Cursor in(text);
    NameAddr out;
    out.bracketed = true;
    if (!take_display(in, out.display))
        return fail("malformed display name", in.at());
    const std::size_t open = in.at();
    const std::size_t close = text.find('>', open);
    if (close == npos)
        return fail("angle bracket is not closed", open);
    return finish(out, text.substr(open + 1, close - open - 1), open + 1, text.substr(close + 1), close + 1);
}

std::optional<int> q_value(const Params &params) {
    const auto text = params.value("q");
    if (!text)
        return 1000;
    // qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
    const auto [whole, fraction] = base::cut(*text, '.');
    if ((whole != "0" && whole != "1") || fraction.size() > 3)
        return std::nullopt;
    int q = whole == "1" ? 1000 : 0;
    int weight = 100;
    for (char c : fraction) {
        if (!base::is_digit(c))
            return std::nullopt;
        q += (c - '0') * weight;
        weight /= 10;
    }
    return q <= 1000 ? std::optional(q) : std::nullopt;
}

} // namespace cord::wire::sip
