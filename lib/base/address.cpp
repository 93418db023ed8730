#include "base/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.hpp"

namespace cord::base {

std::optional<IpAddress> IpAddress::parse(std::string_view s) {
    if (s.size() > 2 && s.front() == '[' && s.back() == ']')
        s = s.substr(1, s.size() - 2);
    if (s.size() >= INET6_ADDRSTRLEN)
        return std::nullopt;
    std::string z(s);
    IpAddress a;
    if (inet_pton(AF_INET, z.c_str(), a.bytes.data()) == 1)
        return a;
    a.v6 = true;
    // RFC 5118 section 4.10: the grammar of RFC 3261 lets an extra colon stand before an IPv4 part.
    if (std::size_t colons = z.find(":::");
        colons != std::string::npos && z.find('.', colons) != std::string::npos)
        z.erase(colons, 1);
    if (inet_pton(AF_INET6, z.c_str(), a.bytes.data()) == 1)
        return a;
    return std::nullopt;
}

static void append_number(std::string &out, unsigned number) {
    std::array<char, 5> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

std::string IpAddress::text() const {
    if (!v6) {
        std::string out;
        for (std::size_t i = 0; i < 4; ++i) {
            if (i > 0)
                out += '.';
            append_number(out, bytes[i]);
        }
        return out;
    }
    std::array<char, INET6_ADDRSTRLEN> out{};
    inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
    return out.data();
}

std::optional<Endpoint> Endpoint::parse(std::string_view s) {
    std::size_t colon = s.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto ip = IpAddress::parse(s.substr(0, colon));
    auto port = to_uint(s.substr(colon + 1), 65535);
    if (!ip || !port || (ip->v6 && s.front() != '['))
        return std::nullopt;
    return Endpoint{*ip, static_cast<std::uint16_t>(*port)};
}

std::string Endpoint::text() const {
    std::string out = ip.v6 ? '[' + ip.text() + ']' : ip.text();
    out += ':';
    append_number(out, port);
    return out;
}

std::size_t EndpointHash::operator()(const Endpoint &e) const noexcept {
    std::uint64_t high, low;
    std::memcpy(&high, e.ip.bytes.data(), 8);
    std::memcpy(&low, e.ip.bytes.data() + 8, 8);
    std::uint64_t h = (high ^ low * 0x9e3779b97f4a7c15u ^ e.port) * 0xbf58476d1ce4e5b9u;
    return static_cast<std::size_t>(h ^ h >> 31);
}

} // namespace cord::base
