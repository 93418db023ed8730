#include "io/media/ports.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>

#include "io/net/socket.hpp"

namespace cord::io::media {

Ports::Ports(std::uint16_t first, std::uint16_t last, base::Random &random)
    : first_(static_cast<std::uint16_t>(first + first % 2)), last_(last), random_(random),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    CORD_ASSERT(epoll_);
}

base::Result<PortPair> Ports::bind_pair(const base::IpAddress &address) {
    if (last_ <= first_)
        return base::fail("the range of media ports holds no pair");
    // From a random place, so that nobody can tell the next call's port (RFC 6056), and then upwards.
    const std::size_t pairs = (static_cast<std::size_t>(last_) - first_ + 1) / 2;
    const std::size_t start = random_.below(pairs);
    for (std::size_t n = 0; n < pairs; ++n) {
        auto port = static_cast<std::uint16_t>(first_ + 2 * ((start + n) % pairs));
        auto rtp = net::bind_media({address, port});
        if (!rtp && rtp.error().number != EADDRINUSE)
            return base::fail("the media address cannot be bound");
        auto rtcp = net::bind_media({address, static_cast<std::uint16_t>(port + 1)});
        if (rtp && rtcp)
            return PortPair{add({std::move(*rtp), address.v6}), add({std::move(*rtcp), address.v6}), port};
    }
    return base::fail("all media ports are in use");
}

base::Result<PortId, std::string> Ports::bind_shared(const base::Endpoint &at) {
    constexpr int many_calls = 4 << 20;
    auto socket = net::bind_media(at, many_calls);
    if (!socket)
        return tl::unexpected(socket.error().text);
    return add({std::move(*socket), at.ip.v6, true});
}

PortId Ports::add(Socket socket) {
    PortId port = static_cast<PortId>(sockets_.size());
    if (free_.empty()) {
        sockets_.emplace_back();
    } else {
        port = free_.back();
        free_.pop_back();
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = port;
    CORD_ASSERT(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.fd.get(), &event) == 0);
    sockets_[port] = std::move(socket);
    return port;
}

void Ports::release(PortId port) {
    if (fd(port) < 0)
        return;
    sockets_[port].fd.reset(); // leaves the epoll set by itself
    free_.push_back(port);
}

void Ports::ready(std::vector<PortId> &out) const {
    std::array<epoll_event, most_ready> events;
    int n = epoll_wait(epoll_.get(), events.data(), events.size(), 0);
    out.clear();
    for (int i = 0; i < n; ++i)
        out.push_back(events[static_cast<std::size_t>(i)].data.u32);
}

} // namespace cord::io::media
