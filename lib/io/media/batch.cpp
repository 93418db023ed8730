#include "io/media/batch.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>

#include "io/net/socket.hpp"

namespace cord::io::media {

using engine::media::head_room;
using engine::media::Send;
using engine::media::tail_room;

struct Inbox::Slots {
    std::array<std::array<std::uint8_t, head_room + longest + tail_room>, capacity> buffers;
    std::array<sockaddr_storage, capacity> addresses;
    std::array<iovec, capacity> parts;
    std::array<mmsghdr, capacity> messages;
};

Inbox::Inbox() : slots_(std::make_unique<Slots>()) {
    items_.reserve(capacity);
    for (std::size_t n = 0; n < capacity; ++n) {
        slots_->parts[n] = {slots_->buffers[n].data() + head_room, longest};
        msghdr &header = slots_->messages[n].msg_hdr;
        header = {};
        header.msg_name = &slots_->addresses[n];
        header.msg_iov = &slots_->parts[n];
        header.msg_iovlen = 1;
    }
}
Inbox::~Inbox() = default;

const std::vector<Inbox::Item> &Inbox::read(const Ports &ports, const std::vector<PortId> &ready) {
    items_.clear();
    used_ = 0;
    for (PortId port : ready) {
        if (used_ == capacity)
            break;
        if (ports.is_shared(port))
            read_many(port, ports.fd(port));
        else
            read_one(port, ports.fd(port));
    }
    return items_;
}

void Inbox::read_one(PortId port, int fd) {
    sockaddr_storage &address = slots_->addresses[used_];
    socklen_t address_size = sizeof address;
    // With MSG_TRUNC the size is that of the datagram, also where it is longer than the buffer.
    const ssize_t n = ::recvfrom(fd, slots_->parts[used_].iov_base, longest, MSG_DONTWAIT | MSG_TRUNC,
                                 reinterpret_cast<sockaddr *>(&address), &address_size);
    if (n >= 0)
        take(port, used_++, static_cast<std::size_t>(n));
}

void Inbox::read_many(PortId port, int fd) {
    const std::size_t room = std::min(batch, capacity - used_);
    for (std::size_t n = used_; n < used_ + room; ++n)
        slots_->messages[n].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    const int n = ::recvmmsg(fd, &slots_->messages[used_], static_cast<unsigned>(room),
                             MSG_DONTWAIT | MSG_TRUNC, nullptr);
    for (int i = 0; i < n; ++i, ++used_)
        take(port, used_, slots_->messages[used_].msg_len);
}

void Inbox::take(PortId port, std::size_t slot, std::size_t size) {
    if (size > longest) {
        ++too_long_;
        return;
    }
    items_.push_back(
        {port, net::from_system(slots_->addresses[slot]), {slots_->buffers[slot].data() + head_room, size}});
}

struct Sender::Slots {
    std::array<net::SocketAddress, Inbox::capacity> addresses;
    std::array<iovec, Inbox::capacity> parts;
    std::array<mmsghdr, Inbox::capacity> messages;
};

Sender::Sender() : slots_(std::make_unique<Slots>()) {}
Sender::~Sender() = default;

std::size_t Sender::send(const Ports &ports, const std::vector<Send> &sends) {
    std::size_t dropped = 0;
    for (std::size_t at = 0; at < sends.size();) {
        const PortId port = sends[at].port;
        std::size_t count = 1;
        while (count < Inbox::capacity && at + count < sends.size() && sends[at + count].port == port)
            ++count;
        dropped += send_many(ports.fd(port), ports.is_v6(port), &sends[at], count);
        at += count;
    }
    return dropped;
}

std::size_t Sender::send_many(int fd, bool v6, const Send *sends, std::size_t count) {
    if (count == 1) {
        const net::SocketAddress to = net::to_system(sends->remote, v6);
        return ::sendto(fd, sends->bytes.data(), sends->bytes.size(), MSG_DONTWAIT, to.get(), to.size) < 0;
    }
    for (std::size_t n = 0; n < count; ++n) {
        slots_->addresses[n] = net::to_system(sends[n].remote, v6);
        slots_->parts[n] = {const_cast<std::uint8_t *>(sends[n].bytes.data()), sends[n].bytes.size()};
        msghdr &header = slots_->messages[n].msg_hdr;
        header = {};
        header.msg_name = slots_->addresses[n].get();
        header.msg_namelen = slots_->addresses[n].size;
        header.msg_iov = &slots_->parts[n];
        header.msg_iovlen = 1;
    }
    std::size_t dropped = 0;
    // One that fails stops the call: it is left out, and those behind it are tried again.
    for (std::size_t done = 0; done < count;) {
        const int n =
            ::sendmmsg(fd, &slots_->messages[done], static_cast<unsigned>(count - done), MSG_DONTWAIT);
        dropped += n < 1 ? 1 : 0;
        done += n < 1 ? 1 : static_cast<std::size_t>(n);
    }
    return dropped;
}

} // namespace cord::io::media
