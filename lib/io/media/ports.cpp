#include "io/media/ports.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <utility>

#include "io/net/socket.hpp"

namespace cord::io::media {
namespace {

constexpr std::uint16_t next(std::uint16_t port) { return static_cast<std::uint16_t>(port + 1); }

base::Result<std::pair<net::Fd, net::Fd>, net::SystemError> bind_both(const base::IpAddress &address,
                                                                      std::uint16_t port) {
    auto rtp = net::bind_media({address, port});
    if (!rtp)
        return tl::unexpected(std::move(rtp.error()));
    auto rtcp = net::bind_media({address, next(port)});
    if (!rtcp)
        return tl::unexpected(std::move(rtcp.error()));
    return std::pair(std::move(*rtp), std::move(*rtcp));
}

} // namespace

Ports::Ports(std::uint16_t first, std::uint16_t last, base::Random &random)
    : first_(static_cast<std::uint16_t>(first + first % 2)), last_(last), random_(random),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    CORD_ASSERT(epoll_);
}

base::Result<PortPair, std::string> Ports::bind_pair(const base::IpAddress &address) {
    Pairs &pairs = pairs_.try_emplace(address, first_, last_).first->second;
    while (auto port = pairs.take(random_)) {
        auto bound = bind_both(address, *port);
        if (bound)
            return PortPair{add({std::move(bound->first), {address, *port}, false, &pairs, *port}),
                            add({std::move(bound->second), {address, next(*port)}, false, &pairs, *port}),
                            *port};
        if (bound.error().number != EADDRINUSE) { // no other pair would fare better
            pairs.give_back(*port);
            return tl::unexpected(std::move(bound.error().text));
        }
        pairs.set_aside(*port);
    }
    std::string reason = pairs.describe();
    pairs.reconsider();
    return tl::unexpected(std::move(reason));
}

base::Result<PortId, std::string> Ports::bind_shared(const base::Endpoint &at) {
    constexpr int many_calls = 4 << 20;
    auto socket = net::bind_media(at, many_calls);
    if (!socket)
        return tl::unexpected(socket.error().text);
    return add({std::move(*socket), at, true, nullptr, 0});
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
    Socket &socket = sockets_[port];
    socket.fd.reset(); // leaves the epoll set by itself
    if (socket.pairs != nullptr)
        socket.pairs->release(socket.pair);
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
