#include "wire/sip/host_port.hpp"

#include <algorithm>

#include "base/address.hpp"
#include "base/text.hpp"

namespace cord::wire::sip {
namespace {

using base::fail;

// Names with an underscore are no host names, and yet are in use.
bool is_host_char(char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '.' || c == '_';
}

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
        for (std::size_t i = 0; i < host_end; ++i)
            if (!is_host_char(text[i]))
                return fail("character that a host cannot hold", i);
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
