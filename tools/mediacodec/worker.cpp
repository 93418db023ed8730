#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <memory>

#include "commands.hpp"
#include "io/codec/sandbox.hpp"
#include "io/codec/transcoder.hpp"
#include "io/process/at_work.hpp"
#include "io/process/worker_protocol.hpp"

namespace cord::mediacodec {

namespace {

namespace protocol = io::process::worker;
using io::codec::Transcoder;

constexpr int socket_fd = STDIN_FILENO;
// A call waits for a late packet no longer than for two more, 40 ms mostly.
constexpr std::size_t reorder_window = 2;
constexpr std::size_t max_streams = 4096;

class Worker {
  public:
    explicit Worker(io::process::AtWork at_work) : at_work_(std::move(at_work)) {}

    void handle(base::Bytes record) {
        auto message = protocol::decode(record);
        if (!message)
            return;
        at_work_.set(std::visit([](const auto &m) { return m.id; }, *message));
        handle(*message);
        at_work_.set(0);
    }

  private:
    void handle(const protocol::Message &message) {
        if (auto *open = std::get_if<protocol::Open>(&message))
            handle(*open);
        else if (auto *packet = std::get_if<protocol::Packet>(&message))
            handle(*packet);
        else if (auto *close = std::get_if<protocol::Close>(&message))
            streams_.erase(close->id);
    }

    void handle(const protocol::Open &open) {
        streams_.erase(open.id);
        if (streams_.size() >= max_streams)
            return say(protocol::Refused{open.id, "this worker has all the streams it takes"});
        auto made =
            Transcoder::make(open.from, open.to, open.start, reorder_window, [id = open.id](base::Bytes rtp) {
                say(protocol::Packet{id, rtp});
            });
        if (made)
            streams_[open.id] = std::move(*made);
        else
            say(protocol::Refused{open.id, made.error().text()});
    }

    void handle(const protocol::Packet &packet) {
        auto stream = streams_.find(packet.id);
        if (stream == streams_.end())
            return;
        if (wire::rtp::kind_of(packet.rtp) == wire::rtp::Kind::rtcp)
            stream->second->report(packet.rtp);
        else if (auto rtp = wire::rtp::Packet::parse(packet.rtp))
            stream->second->push(*rtp);
        if (auto request = stream->second->take_request())
            say(protocol::Packet{packet.id, *request});
    }

    static void say(const protocol::Message &message) {
        const auto record = protocol::encode(message);
        while (::send(socket_fd, record.data(), record.size(), MSG_NOSIGNAL) < 0)
            if (errno != EINTR)
                _exit(io::cli::io_error); // whom it was for has gone
    }

    io::process::AtWork at_work_;
    std::map<std::uint32_t, std::unique_ptr<Transcoder>> streams_;
};

} // namespace

Outcome<void> worker() {
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(socket_fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET)
        return failure(io::cli::wrong_usage,
                       "worker is started by rtc-breaker, with a SOCK_SEQPACKET as its stdin");
    auto at_work = io::process::AtWork::of_starter();
    if (!at_work)
        return failure(io::cli::wrong_usage, std::string(at_work.error().text()));
    if (auto caged = io::codec::enter_sandbox(); !caged)
        return failure(io::cli::not_permitted, std::string(caged.error().text()));
    Worker worker(std::move(*at_work));
    std::vector<std::uint8_t> record(io::process::max_worker_record);
    for (;;) {
        const ssize_t n = ::recv(socket_fd, record.data(), record.size(), 0);
        if (n > 0)
            worker.handle(base::Bytes(record).first(static_cast<std::size_t>(n)));
        else if (n == 0 || errno != EINTR)
            _exit(n == 0 ? io::cli::done : io::cli::io_error); // at once: the sandbox has no more than this
    }
}

} // namespace cord::mediacodec
