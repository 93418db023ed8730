#include "io/net/udp.hpp"

#include <netinet/in.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace cord::io::net {
namespace {

constexpr std::size_t batch = 16;
constexpr std::size_t largest = 65'536;
constexpr std::size_t max_queue = 4096; // datagrams that wait for the kernel; SIP sends again what is dropped

/// Room for either family's packet information.
union Control {
    cmsghdr align;
    std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> bytes;
};

/// What one recvmmsg fills. One a thread, since nothing in it outlives the call.
struct Batch {
    std::array<std::array<std::uint8_t, largest>, batch> data;
    std::array<sockaddr_storage, batch> from;
    std::array<Control, batch> control;
    std::array<iovec, batch> vectors;
    std::array<mmsghdr, batch> headers;

    void prepare() {
        for (std::size_t i = 0; i < batch; ++i) {
            vectors[i] = {data[i].data(), largest};
            headers[i] = {};
            headers[i].msg_hdr.msg_name = &from[i];
            headers[i].msg_hdr.msg_namelen = sizeof from[i];
            headers[i].msg_hdr.msg_iov = &vectors[i];
            headers[i].msg_hdr.msg_iovlen = 1;
            headers[i].msg_hdr.msg_control = control[i].bytes.data();
            headers[i].msg_hdr.msg_controllen = sizeof control[i].bytes;
        }
    }
};

Batch &scratch() {
    static thread_local auto one = std::make_unique<Batch>();
    return *one;
}

/// The address that a datagram was sent to.
base::IpAddress destination(msghdr &header, const base::IpAddress &otherwise) {
    for (cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
        sockaddr_storage address{};
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            auto &in = reinterpret_cast<sockaddr_in &>(address);
            in.sin_family = AF_INET;
            in.sin_addr = reinterpret_cast<const in_pktinfo *>(CMSG_DATA(c))->ipi_addr;
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            auto &in6 = reinterpret_cast<sockaddr_in6 &>(address);
            in6.sin6_family = AF_INET6;
            in6.sin6_addr = reinterpret_cast<const in6_pktinfo *>(CMSG_DATA(c))->ipi6_addr;
        } else {
            continue;
        }
        return from_system(address).ip;
    }
    return otherwise;
}

/// Tells the kernel which address to send from.
void set_source(msghdr &header, Control &control, const base::IpAddress &source, bool v6_socket) {
    if (source.is_any())
        return;
    SocketAddress address = to_system({source, 0}, v6_socket);
    control = {};
    header.msg_control = control.bytes.data();
    header.msg_controllen = v6_socket ? CMSG_SPACE(sizeof(in6_pktinfo)) : CMSG_SPACE(sizeof(in_pktinfo));
    cmsghdr *c = CMSG_FIRSTHDR(&header);
    if (v6_socket) {
        c->cmsg_level = IPPROTO_IPV6;
        c->cmsg_type = IPV6_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
        reinterpret_cast<in6_pktinfo *>(CMSG_DATA(c))->ipi6_addr =
            reinterpret_cast<sockaddr_in6 &>(address.storage).sin6_addr;
    } else {
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
        reinterpret_cast<in_pktinfo *>(CMSG_DATA(c))->ipi_spec_dst =
            reinterpret_cast<sockaddr_in &>(address.storage).sin_addr;
    }
}

} // namespace

UdpSocket::UdpSocket(Loop &loop, Fd fd, Received received, Drained drained, Failed failed)
    : fd_(std::move(fd)), watch_(loop, fd_.get()), local_(local_endpoint(fd_.get())),
      received_(std::move(received)), drained_(std::move(drained)), failed_(std::move(failed)) {
    SocketAddress address;
    address.size = sizeof address.storage;
    (void)::getsockname(fd_.get(), address.get(), &address.size);
    v6_ = address.storage.ss_family == AF_INET6;
    watch_.when_readable([this] { read(); });
}

void UdpSocket::read() {
    // A few batches, then the loop looks after others too.
    for (int rounds = 0; rounds < 4; ++rounds) {
        Batch &in = scratch();
        in.prepare();
        int count = ::recvmmsg(fd_.get(), in.headers.data(), batch, 0, nullptr);
        if (count <= 0)
            break; // nothing left; an ICMP error of an earlier datagram is read and forgotten with it
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            base::Endpoint local{destination(in.headers[i].msg_hdr, local_.ip), local_.port};
            received_(local, from_system(in.from[i]), base::Bytes(in.data[i].data(), in.headers[i].msg_len));
        }
        drained_();
        if (static_cast<std::size_t>(count) < batch)
            break;
    }
    watch_.when_readable([this] { read(); });
}

void UdpSocket::send(const base::Endpoint &local, const base::Endpoint &remote, std::string bytes,
                     std::uint64_t token) {
    if (queue_.size() >= max_queue || (remote.ip.v6 && !v6_))
        return refuse(token);
    queue_.push_back({local, remote, std::move(bytes), token});
}

void UdpSocket::refuse(std::uint64_t token) {
    ++refused_;
    if (token != 0)
        failed_(token);
}

void UdpSocket::flush() {
    std::array<mmsghdr, batch> headers;
    std::array<iovec, batch> vectors;
    std::array<SocketAddress, batch> to;
    std::array<Control, batch> control;
    while (!queue_.empty() && !waiting_) {
        std::size_t n = std::min(queue_.size(), batch);
        for (std::size_t i = 0; i < n; ++i) {
            Outgoing &out = queue_[i];
            to[i] = to_system(out.remote, v6_);
            vectors[i] = {out.bytes.data(), out.bytes.size()};
            headers[i] = {};
            headers[i].msg_hdr.msg_name = to[i].get();
            headers[i].msg_hdr.msg_namelen = to[i].size;
            headers[i].msg_hdr.msg_iov = &vectors[i];
            headers[i].msg_hdr.msg_iovlen = 1;
            set_source(headers[i].msg_hdr, control[i], out.local.ip, v6_);
        }
        int sent = ::sendmmsg(fd_.get(), headers.data(), static_cast<unsigned>(n), 0);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) {
            waiting_ = true;
            watch_.when_writable([this] {
                waiting_ = false;
                flush();
            });
            return;
        }
        if (sent < 0) { // the first of them cannot be sent at all
            refuse(queue_.front().token);
            sent = 1;
        }
        queue_.erase(queue_.begin(), queue_.begin() + sent);
    }
}

} // namespace cord::io::net
