#include "wire/sip/host_port.hpp"

#include <algorithm>

#include "base/address.hpp"
#include "base/text.hpp"
#include "wire/sip/lex.hpp"

namespace cord::wire::sip {
namespace {

using base::fail;

// Names with an underscore are no host names, and yet are in use.
constexpr CharSet host_chars = CharSet::alphanum_and("-._");

} // namespace

base::Result<HostPort> HostPort::parse(std::string_view text) {
    std::size_t host_end = 0;
    if (!text.empty() && text.front() == '[') {
        host_end = text.find(']');
        if (host_end == std::string_view::npos || !base::IpAddress::parse(text.substr(0, host_end + 1)))
            return fail("malformed IPv6 address");
        ++host_end;
    } else {
        host_end = std::min(text.find(':'), text.size());
        if (host_end == 0)
            return fail("no host");
        if (const std::size_t bad = host_chars.find_other(text.substr(0, host_end));
            bad != std::string_view::npos)
            return fail("character that a host cannot hold", bad);
    }
    HostPort out{text.substr(0, host_end), std::nullopt};
    if (host_end == text.size())
        return out;
    const auto port = text[host_end] == ':' ? base::to_uint(text.substr(host_end + 1), 65'535) : std::nullopt;
    if (!port)
        return fail("malformed port", host_end);
    out.port = static_cast<std::uint16_t>(*port);
    return out;
}

} // namespace cord::wire::sip
