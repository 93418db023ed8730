#include "io/media/batch.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include "io/net/socket.hpp"

namespace cord::io::media {

using engine::media::head_room;
using engine::media::Send;
using engine::media::tail_room;

struct Inbox::Slots {
    // A little more than the longest, so that a datagram that was cut is known.
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

const std::vector<Inbox::Item> &Inbox::read(int fd) {
    for (mmsghdr &message : slots_->messages)
        message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    int n = recvmmsg(fd, slots_->messages.data(), capacity, MSG_DONTWAIT, nullptr);
    items_.clear();
    for (std::size_t i = 0; n > 0 && i < static_cast<std::size_t>(n); ++i) {
        const mmsghdr &message = slots_->messages[i];
        if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
            ++too_long_;
            continue;
        }
        items_.push_back({net::from_system(slots_->addresses[i]),
                          {slots_->buffers[i].data() + head_room, message.msg_len}});
    }
    return items_;
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
        std::size_t count = 0;
        for (; count < Inbox::capacity && at + count < sends.size() && sends[at + count].port == port;
             ++count) {
            const Send &s = sends[at + count];
            slots_->addresses[count] = net::to_system(s.remote, ports.is_v6(port));
            slots_->parts[count] = {const_cast<std::uint8_t *>(s.bytes.data()), s.bytes.size()};
            msghdr &header = slots_->messages[count].msg_hdr;
            header = {};
            header.msg_name = slots_->addresses[count].get();
            header.msg_namelen = slots_->addresses[count].size;
            header.msg_iov = &slots_->parts[count];
            header.msg_iovlen = 1;
        }
        // One that fails stops the call: it is left out, and those behind it are tried again.
        for (std::size_t done = 0; done < count;) {
            int n = sendmmsg(ports.fd(port), &slots_->messages[done], static_cast<unsigned>(count - done),
                             MSG_DONTWAIT);
            dropped += n < 1 ? 1 : 0;
            done += n < 1 ? 1 : static_cast<std::size_t>(n);
        }
        at += count;
    }
    return dropped;
}

} // namespace cord::io::media
