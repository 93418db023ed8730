#include "io/process/worker_client.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "base/log.hpp"
#include "wire/rtp/packet.hpp"

namespace cord::io::process {

namespace {

/// About a second of 50 calls; what waits longer is of no use to a call.
constexpr std::size_t queue_limit = 5000;
/// A worker that lived shorter than this is not started again at once: the next packet may kill it as well.
constexpr std::chrono::seconds short_life{1};

} // namespace

base::Result<WorkerClient> WorkerClient::start(std::string program, base::Time now) {
    WorkerClient client(std::move(program));
    auto child = Child::spawn(client.program_, {"worker"});
    if (!child)
        return tl::unexpected(child.error());
    client.child_ = std::move(*child);
    client.started_ = now;
    client.buffer_.resize(max_worker_record);
    return client;
}

void WorkerClient::open(std::uint32_t id, const StreamStart &start, const wire::rtp::PayloadMap &from,
                        const wire::rtp::PayloadMap &to) {
    Stream &stream = streams_[id];
    stream.open = {id, start, from, to};
    send(worker::encode(stream.open), false);
}

void WorkerClient::packet(std::uint32_t id, base::Bytes rtp) {
    send(worker::encode(worker::Packet{id, rtp}), true);
}

void WorkerClient::close(std::uint32_t id) {
    if (streams_.erase(id) > 0)
        send(worker::encode(worker::Close{id}), false);
}

void WorkerClient::send(std::vector<std::uint8_t> record, bool may_drop) {
    if (!child_ || (may_drop && queue_.size() >= queue_limit)) {
        dropped_ += may_drop ? 1 : 0;
        return;
    }
    if (!queue_.empty() || !send_now(record))
        queue_.push_back(std::move(record));
}

/// False when the socket takes no more now. A dead worker swallows what is sent; `receive` sees its end.
bool WorkerClient::send_now(base::Bytes record) {
    for (;;) {
        if (::send(child_->fd(), record.data(), record.size(), MSG_NOSIGNAL) >= 0)
            return true;
        if (errno != EINTR)
            return errno != EAGAIN && errno != ENOBUFS;
    }
}

void WorkerClient::flush() {
    while (child_ && !queue_.empty() && send_now(queue_.front()))
        queue_.pop_front();
}

std::optional<WorkerClient::Event> WorkerClient::receive(base::Time now) {
    while (child_) {
        ssize_t n = ::recv(child_->fd(), buffer_.data(), buffer_.size(), 0);
        if (n > 0) {
            if (auto event = understood({buffer_.data(), static_cast<std::size_t>(n)}))
                return event;
        } else if (n < 0 && errno == EAGAIN) {
            return {};
        } else if (n == 0 || errno != EINTR) {
            died(now);
            return Restarted{};
        }
    }
    return {};
}

std::optional<WorkerClient::Event> WorkerClient::understood(base::MutableBytes record) {
    auto message = worker::decode(record);
    if (!message)
        return {};
    if (auto *refused = std::get_if<worker::Refused>(&*message)) {
        streams_.erase(refused->id);
        return Refused{refused->id, std::string(refused->reason)};
    }
    auto *packet = std::get_if<worker::Packet>(&*message);
    auto stream = packet ? streams_.find(packet->id) : streams_.end();
    auto rtp = packet ? wire::rtp::Packet::parse(packet->rtp) : base::fail("no packet");
    if (stream == streams_.end() || !rtp)
        return {};
    // So that a worker started anew goes on where this one stopped.
    stream->second.open.start.sequence = static_cast<std::uint16_t>(rtp->sequence() + 1);
    stream->second.open.start.timestamp = rtp->timestamp();
    stream->second.sent_any = true;
    return Packet{packet->id, record.last(packet->rtp.size())};
}

void WorkerClient::died(base::Time now) {
    ++deaths_;
    base::log::warning("codec", "the codec worker died; {} streams begin anew", streams_.size());
    child_.reset();
    queue_.clear();
    if (now - started_ < short_life)
        retry_at_ = now + short_life;
    else
        run(now);
}

void WorkerClient::on_deadline(base::Time now) {
    if (!child_ && now >= retry_at_)
        run(now);
}

void WorkerClient::run(base::Time now) {
    started_ = now;
    auto child = Child::spawn(program_, {"worker"});
    if (!child) {
        base::log::error("codec", "{}: {}", program_, child.error().text());
        retry_at_ = now + short_life;
        return;
    }
    retry_at_ = base::never;
    child_ = std::move(*child);
    for (auto &[id, stream] : streams_) {
        if (stream.sent_any)
            // The last timestamp was used; how long its packet was only the worker knew. 20 ms at 48 kHz
            // exceed it at lower rates, and a step ahead is a pause to the receiver.
            stream.open.start.timestamp += 960;
        send(worker::encode(stream.open), false);
    }
}

} // namespace cord::io::process
