#include "wire/sip/via.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/sip/host_port.hpp"
#include "wire/sip/lex.hpp"

namespace cord::wire::sip {

using base::fail;

// via-parm = sent-protocol LWS sent-by *( SEMI via-params ), with LWS around every slash, colon, semicolon
// and equals.
base::Result<Via> Via::parse(std::string_view text) {
    Cursor in(text);
    Via out;
    out.text = text;
    const std::string_view protocol = in.token();
    const bool slash = in.accept('/');
    const std::string_view version = in.token();
    if (!slash || !base::iequals(protocol, "SIP") || version != "2.0" || !in.accept('/'))
        return fail("Via does not begin with SIP/2.0/", in.at());
    out.transport = in.token();
    if (out.transport.empty() || !base::is_space(in.peek()))
        return fail("Via without a transport", in.at());
    in.skip_blanks();

    const std::size_t sent_by_at = in.at();
    const std::size_t sent_by_end = sent_by_at + std::min(in.rest().find(';'), in.rest().size());
    Cursor sent_by(base::trim(text.substr(sent_by_at, sent_by_end - sent_by_at)));
    const bool ipv6 = sent_by.peek() == '[';
    const auto host_text = sent_by.rest().substr(0, ipv6 ? sent_by.rest().find(']') + 1
                                                         : sent_by.rest().find_first_of(": \t\r\n"));
    const auto host = HostPort::parse(host_text);
    if (!host)
        return fail(host.error().reason, sent_by_at + host.error().at);
    sent_by.skip(host_text.size());
    if (sent_by.accept(':')) {
        const auto port = base::to_uint(sent_by.rest(), 65'535);
        if (!port)
            return fail("malformed port in Via", sent_by_at + sent_by.at());
        out.port = static_cast<std::uint16_t>(*port);
    } else if (!sent_by.done()) {
        return fail("unexpected text after the host in Via", sent_by_at + sent_by.at());
    }
    const auto params = Params::parse_header(text.substr(sent_by_end));
    if (!params)
        return fail(params.error().reason, sent_by_end + params.error().at);
    out.host = host->host;
    out.params = *params;
    return out;
}

// RFC 3261 section 25.1 makes quoted and unquoted text case-insensitive unless said otherwise.
bool Via::has_magic_cookie() const { return base::istarts_with(branch(), magic_cookie); }

std::optional<std::uint16_t> Via::rport() const {
    const auto number = base::to_uint(params.value("rport").value_or(""), 65'535);
    return number ? std::optional(static_cast<std::uint16_t>(*number)) : std::nullopt;
}

} // namespace cord::wire::sip
