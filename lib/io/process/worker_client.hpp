// The side of a codec worker that a daemon's event loop holds: streams are opened, packets go in, transcoded
// ones come out. When the worker dies it is started again and its streams reopened, with outputs that go on
// where they were; all but the one whose packet killed it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "io/process/at_work.hpp"
#include "io/process/child.hpp"
#include "io/process/worker_protocol.hpp"

namespace cord::io::process {

/// Non-blocking; one thread. Give it every packet of a source, telephone events too (named in `from` and `to`
/// alike): the worker sees losses by sequence numbers, and what it is not shown counts as lost.
///
///     loop waits for fd() to be readable, and writable while wants_write();
///     readable: while (auto event = client.receive(now)) …       writable: client.flush();
///     after a `Restarted`, or at deadline(): fd() may have changed, so watch it anew.
class WorkerClient {
  public:
    /// Starts `program` as `program worker`.
    [[nodiscard]] static base::Result<WorkerClient> start(std::string program, base::Time now);

    /// -1 while the worker is down.
    [[nodiscard]] int fd() const { return child_ ? child_->fd() : -1; }
    [[nodiscard]] pid_t pid() const { return child_ ? child_->pid() : -1; }
    [[nodiscard]] bool wants_write() const { return !queue_.empty(); }

    /// The id is not 0.
    void open(std::uint32_t id, const StreamStart &start, const wire::rtp::PayloadMap &from,
              const wire::rtp::PayloadMap &to);
    void packet(std::uint32_t id, base::Bytes rtp);
    void close(std::uint32_t id);
    /// Sends what is queued, as far as the socket takes it.
    void flush();

    /// A transcoded packet, or RTCP for the stream of the other direction; `rtp` is valid until the next call
    /// of `receive` and may be changed in place.
    struct Packet {
        std::uint32_t id = 0;
        base::MutableBytes rtp;
    };
    struct Refused {
        std::uint32_t id = 0;
        std::string reason;
    };
    /// The worker died. It runs again, unless fd() is -1: then it is tried again at deadline().
    struct Restarted {
        /// The stream that killed it, which is no longer here when there are others: to be opened where it
        /// does them no harm.
        std::optional<worker::Open> culprit;
    };
    using Event = std::variant<Packet, Refused, Restarted>;
    /// The next event, until there is none.
    [[nodiscard]] std::optional<Event> receive(base::Time now);

    /// When `on_deadline` should be called: to start a worker that died too often.
    [[nodiscard]] base::Time deadline() const { return retry_at_; }
    void on_deadline(base::Time now);

    /// Packets not sent because the queue was full or the worker down.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  private:
    struct Stream {
        worker::Open open;
        bool sent_any = false;

        /// For another worker, which goes on where the one before it stopped.
        [[nodiscard]] const worker::Open &again();
    };

    WorkerClient(std::string program, AtWork at_work)
        : program_(std::move(program)), at_work_(std::move(at_work)) {}
    [[nodiscard]] base::Result<void> spawn(base::Time now);
    void send(const worker::Message &message);
    [[nodiscard]] bool send_now(base::Bytes head, base::Bytes body = {});
    [[nodiscard]] std::optional<Event> understood(base::MutableBytes record);
    [[nodiscard]] Restarted died(base::Time now);
    void run(base::Time now);

    std::string program_;
    AtWork at_work_;
    std::optional<Child> child_;
    std::map<std::uint32_t, Stream> streams_;
    std::deque<std::vector<std::uint8_t>> queue_;
    std::vector<std::uint8_t> buffer_;
    base::Time started_{};
    base::Time retry_at_ = base::never;
    std::uint64_t dropped_ = 0;
};

} // namespace cord::io::process
