#include "io/process/worker_client.hpp"

#include <sys/socket.h>

#include <array>
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
    auto at_work = AtWork::make();
    if (!at_work)
        return tl::unexpected(at_work.error());
    WorkerClient client(std::move(program), std::move(*at_work));
    if (auto running = client.spawn(now); !running)
        return tl::unexpected(running.error());
    client.buffer_.resize(max_worker_record);
    return client;
}

base::Result<void> WorkerClient::spawn(base::Time now) {
    started_ = now;
    at_work_.set(0);
    return Child::spawn(program_, {"worker"}, Child::Pipes::packets, at_work_.fd()).map([this](Child child) {
        child_ = std::move(child);
    });
}

void WorkerClient::open(std::uint32_t id, const StreamStart &start, const wire::rtp::PayloadMap &from,
                        const wire::rtp::PayloadMap &to) {
    Stream &stream = streams_[id];
    stream.open = {id, start, from, to};
    send(stream.open);
}

void WorkerClient::packet(std::uint32_t id, base::Bytes rtp) {
    if (!child_ || queue_.size() >= queue_limit) {
        ++dropped_;
        return;
    }
    if (!queue_.empty() || !send_now(worker::packet_head(id), rtp))
        queue_.push_back(worker::encode(worker::Packet{id, rtp}));
}

void WorkerClient::close(std::uint32_t id) {
    if (streams_.erase(id) > 0)
        send(worker::Close{id});
}

void WorkerClient::send(const worker::Message &message) {
    if (!child_)
        return;
    auto record = worker::encode(message);
    if (!queue_.empty() || !send_now(record))
        queue_.push_back(std::move(record));
}

/// False when the socket takes no more now. A dead worker swallows what is sent; `receive` sees its end.
bool WorkerClient::send_now(base::Bytes head, base::Bytes body) {
    std::array<iovec, 2> parts{{{const_cast<std::uint8_t *>(head.data()), head.size()},
                                {const_cast<std::uint8_t *>(body.data()), body.size()}}};
    msghdr record{};
    record.msg_iov = parts.data();
    record.msg_iovlen = parts.size();
    for (;;) {
        if (::sendmsg(child_->fd(), &record, MSG_NOSIGNAL) >= 0)
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
            return died(now);
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
    if (stream == streams_.end())
        return {};
    if (wire::rtp::kind_of(packet->rtp) == wire::rtp::Kind::rtcp)
        return Packet{packet->id, record.last(packet->rtp.size())};
    auto rtp = wire::rtp::Packet::parse(packet->rtp);
    if (!rtp)
        return {};
    // So that a worker started anew goes on where this one stopped.
    stream->second.open.start.sequence = static_cast<std::uint16_t>(rtp->sequence() + 1);
    stream->second.open.start.timestamp = rtp->timestamp();
    stream->second.sent_any = true;
    return Packet{packet->id, record.last(packet->rtp.size())};
}

const worker::Open &WorkerClient::Stream::again() {
    // The last timestamp was used; how long its packet was only the worker knew. 20 ms at 48 kHz exceed it at
    // lower rates, and a step ahead is a pause to the receiver.
    if (sent_any)
        open.start.timestamp += 960;
    return open;
}

WorkerClient::Restarted WorkerClient::died(base::Time now) {
    const std::uint32_t at = at_work_.stream();
    base::log::warning("codec", "the codec worker died at work on stream {}; {} streams begin anew", at,
                       streams_.size());
    child_.reset();
    queue_.clear();
    const auto found = streams_.find(at);
    const bool is_alone = found != streams_.end() && streams_.size() == 1;
    // Without the one that killed it the worker is as good as new.
    if ((at == 0 || is_alone) && now - started_ < short_life) {
        retry_at_ = now + short_life;
        return {};
    }
    Restarted restarted;
    if (found != streams_.end() && !is_alone) {
        restarted.culprit = found->second.again();
        streams_.erase(found);
    }
    run(now);
    return restarted;
}

void WorkerClient::on_deadline(base::Time now) {
    if (!child_ && now >= retry_at_)
        run(now);
}

void WorkerClient::run(base::Time now) {
    if (auto running = spawn(now); !running) {
        base::log::error("codec", "{}: {}", program_, running.error().text());
        retry_at_ = now + short_life;
        return;
    }
    retry_at_ = base::never;
    for (auto &[id, stream] : streams_)
        send(stream.again());
}

} // namespace cord::io::process
