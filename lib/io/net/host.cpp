#include "io/net/host.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "io/net/socket.hpp"

namespace cord::io::net {
namespace {

base::IpAddress address_of(const sockaddr *address, std::size_t size) {
    sockaddr_storage storage{};
    std::memcpy(&storage, address, size);
    return from_system(storage).ip;
}

bool is_link_local(const base::IpAddress &ip) {
    return ip.v6 && ip.bytes[0] == 0xfe && (ip.bytes[1] & 0xc0) == 0x80;
}

} // namespace

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

std::vector<std::string> own_names() {
    std::vector<std::string> out{host_name()};
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0)
        return out;
    std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
    std::vector<std::string> loopback;
    for (const ifaddrs *i = list; i; i = i->ifa_next) {
        if (!i->ifa_addr || !(i->ifa_flags & IFF_UP))
            continue;
        bool v4 = i->ifa_addr->sa_family == AF_INET;
        if (!v4 && i->ifa_addr->sa_family != AF_INET6)
            continue;
        base::IpAddress ip = address_of(i->ifa_addr, v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
        if (!is_link_local(ip))
            (i->ifa_flags & IFF_LOOPBACK ? loopback : out).push_back(ip.text());
    }
    out.insert(out.end(), loopback.begin(), loopback.end());
    return out;
}

std::optional<base::IpAddress> source_address(const base::IpAddress &to) {
    // Connecting a UDP socket sends nothing: the kernel looks for the route, and says which address it would
    // use.
    constexpr std::uint16_t discard = 9;
    Fd fd(::socket(to.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const SocketAddress address = to_system({to, discard}, to.v6);
    if (!fd || ::connect(fd.get(), address.get(), address.size) != 0)
        return std::nullopt;
    return local_endpoint(fd.get()).ip;
}

} // namespace cord::io::net
