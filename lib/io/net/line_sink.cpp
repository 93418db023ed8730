#include "io/net/line_sink.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "io/net/clock.hpp"
#include "io/net/ndjson.hpp"

namespace cord::io::net {

namespace {

/// What cannot be written is tried again this often: by the next line that comes then.
constexpr auto retry_interval = std::chrono::seconds(1);

/// Writes all of it, waiting for a slow reader; gives what was not written when that fails, with errno set.
std::string_view write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (n < 0 && errno == EAGAIN) {
            pollfd slow{fd, POLLOUT, 0};
            (void)::poll(&slow, 1, -1);
        } else if (n == 0 || errno != EINTR) {
            break;
        }
    }
    return bytes;
}

} // namespace

struct LineSink::State {
    std::string destination, node;
    int fd = -1;
    std::size_t limit = 0;
    std::mutex mutex; ///< Guards all that follow.
    std::condition_variable changed;
    std::string queue;              ///< whole lines
    std::uint64_t dropped = 0;      ///< in all
    std::uint64_t dropped_told = 0; ///< of these, the ones a line has told
    bool ending = false;
    bool idle = true; ///< nothing is being written
    bool failing = false;
    std::chrono::steady_clock::time_point next_try{};

    std::string cut; ///< Of the thread alone: the rest of a line whose beginning is written.

    ~State() {
        if (fd > STDERR_FILENO)
            close(fd);
    }
    void run();
    [[nodiscard]] std::string dropped_line() const;
    void judge(bool written, int error);
    [[nodiscard]] bool takes(std::size_t bytes) const {
        return queue.size() + bytes <= limit && (!failing || std::chrono::steady_clock::now() >= next_try);
    }
};

void LineSink::State::run() {
    std::unique_lock lock(mutex);
    for (;;) {
        changed.wait(lock, [this] { return ending || !queue.empty(); });
        if (queue.empty())
            break;
        // Lines that found no room came after those in the queue; lines that could not be written, before.
        std::string batch = std::exchange(queue, {});
        const std::uint64_t telling = dropped;
        const std::string about = telling != dropped_told ? dropped_line() : std::string();
        const std::size_t at = cut.size() + (failing ? 0 : batch.size());
        batch.insert(0, cut).insert(at, about);
        idle = false;
        lock.unlock();
        const std::string_view lost = write_all(fd, batch);
        const int error = errno;
        lock.lock();

        const std::size_t written = batch.size() - lost.size();
        if (written > at)
            dropped_told = telling; // a line that was begun will be finished
        const bool between_lines = written == 0 ? cut.empty() : batch[written - 1] == '\n';
        cut = between_lines ? std::string_view() : lost.substr(0, lost.find('\n') + 1);
        const std::string_view whole = lost.substr(cut.size());
        dropped += static_cast<std::uint64_t>(std::count(whole.begin(), whole.end(), '\n'));
        dropped -= !about.empty() && written <= at ? 1 : 0; // that one tells others, and is made anew
        judge(lost.empty(), error);
        idle = true;
        changed.notify_all();
    }
}

std::string LineSink::State::dropped_line() const {
    const auto count = static_cast<std::int64_t>(dropped - dropped_told);
    return event_line(now().unix, node, {"dropped", {{"count", count}}}) + '\n';
}

/// Logs a change between well and not.
void LineSink::State::judge(bool written, int error) {
    if (!written)
        next_try = std::chrono::steady_clock::now() + retry_interval;
    if (!written && !failing)
        base::log::error("net", "{}: lines are dropped until it can be written again: {}", destination,
                         std::strerror(error));
    if (written && failing)
        base::log::info("net", "{} can be written again", destination);
    failing = !written;
}

LineSink::LineSink(std::shared_ptr<State> state) : state_(std::move(state)) {}
LineSink::LineSink(LineSink &&) noexcept = default;
LineSink &LineSink::operator=(LineSink &&) noexcept = default;

base::Result<LineSink, std::string> LineSink::open(const std::string &destination, std::string node,
                                                   std::size_t queue_bytes) {
    auto state = std::make_shared<State>();
    state->destination = destination == "-" ? "standard output" : destination;
    state->node = std::move(node);
    state->limit = queue_bytes;
    state->fd = destination == "-"
                    ? STDOUT_FILENO
                    : ::open(destination.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (state->fd < 0)
        return tl::unexpected(fmt::format("{}: {}", destination, std::strerror(errno)));
    // The thread keeps the state alive: a write that hangs may outlast the sink.
    std::thread([state] { state->run(); }).detach();
    return LineSink(std::move(state));
}

LineSink::~LineSink() {
    if (!state_)
        return;
    std::unique_lock lock(state_->mutex);
    state_->ending = true;
    state_->changed.notify_all();
    state_->changed.wait_for(lock, std::chrono::seconds(1),
                             [this] { return state_->queue.empty() && state_->idle; });
}

void LineSink::write(std::string_view line) {
    std::lock_guard lock(state_->mutex);
    if (!state_->takes(line.size() + 1)) {
        ++state_->dropped;
        return;
    }
    state_->queue += line;
    state_->queue += '\n';
    state_->changed.notify_all();
}

std::uint64_t LineSink::dropped() const {
    std::lock_guard lock(state_->mutex);
    return state_->dropped;
}

} // namespace cord::io::net
