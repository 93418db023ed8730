#include "io/net/line_sink.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include <fmt/format.h>

namespace cord::io::net {

struct LineSink::State {
    int fd = -1;
    std::size_t limit = 0;
    std::mutex mutex;
    std::condition_variable changed;
    std::string queue;              ///< whole lines
    std::uint64_t dropped = 0;      ///< in all
    std::uint64_t dropped_told = 0; ///< of these, the ones a line has told
    bool ending = false;
    bool broken = false; ///< the reader is gone
    bool idle = true;    ///< all that was queued is written

    ~State() {
        if (fd > STDERR_FILENO)
            close(fd);
    }
    void run();
};

namespace {

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

} // namespace

void LineSink::State::run() {
    std::unique_lock lock(mutex);
    for (;;) {
        changed.wait(lock, [this] { return ending || !queue.empty(); });
        if (queue.empty())
            break;
        std::string batch;
        batch.swap(queue);
        if (dropped != dropped_told) {
            batch += fmt::format("{{\"type\":\"dropped\",\"lines\":{}}}\n", dropped - dropped_told);
            dropped_told = dropped;
        }
        idle = false;
        lock.unlock();
        const bool written = write_all(fd, batch);
        lock.lock();
        broken |= !written;
        idle = true;
        changed.notify_all();
    }
}

LineSink::LineSink(std::shared_ptr<State> state) : state_(std::move(state)) {}
LineSink::LineSink(LineSink &&) noexcept = default;
LineSink &LineSink::operator=(LineSink &&) noexcept = default;

base::Result<LineSink, std::string> LineSink::open(const std::string &destination, std::size_t queue_bytes) {
    auto state = std::make_shared<State>();
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
                             [this] { return state_->broken || (state_->queue.empty() && state_->idle); });
}

void LineSink::write(std::string_view line) {
    std::lock_guard lock(state_->mutex);
    if (state_->broken || state_->queue.size() + line.size() + 1 > state_->limit) {
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
