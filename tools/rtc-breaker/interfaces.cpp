#include "interfaces.hpp"

#include "base/text.hpp"
#include "io/net/host.hpp"

namespace cord::tools::rtc_breaker {

base::Result<engine::ng::Interface, std::string> read_interface(std::string_view text) {
    engine::ng::Interface out;
    std::string_view rest = text;
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        out.name = text.substr(0, slash);
        rest = text.substr(slash + 1);
    }
    const std::size_t mark = rest.find_first_of("!=");
    auto address = base::IpAddress::parse(rest.substr(0, mark));
    auto advertised =
        mark == std::string_view::npos ? address : base::IpAddress::parse(rest.substr(mark + 1));
    if (!address || !advertised)
        return tl::unexpected("--interface " + std::string(text) +
                              ": not [NAME/]ADDR[!ADVERTISED] with IP addresses");
    if (advertised->is_any())
        return tl::unexpected("--interface " + std::string(text) + ": peers cannot send to " +
                              advertised->text());
    out.address = *address;
    out.advertised = *advertised;
    return out;
}

std::optional<base::IpAddress> default_address() {
    // The documentation blocks (RFC 5737, RFC 3849): in no table but by the default route.
    for (const char *target : {"192.0.2.1", "2001:db8::1"})
        if (auto address = io::net::source_address(*base::IpAddress::parse(target)))
            return address;
    return std::nullopt;
}

std::optional<PortRange> read_ports(std::string_view text) {
    const auto [first, last] = base::cut(text, '-');
    auto a = base::to_uint(first, UINT16_MAX), b = base::to_uint(last, UINT16_MAX);
    if (!a || !b || *a == 0 || *a + 1 > *b)
        return std::nullopt;
    return PortRange{static_cast<std::uint16_t>(*a), static_cast<std::uint16_t>(*b)};
}

} // namespace cord::tools::rtc_breaker
