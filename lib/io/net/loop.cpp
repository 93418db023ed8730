#include "io/net/loop.hpp"

#include <csignal>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "io/net/clock.hpp"

namespace cord::io::net {

namespace asio = boost::asio;
using boost::system::error_code;

struct Loop::Parts {
    asio::io_context context{1}; // one thread: asio leaves out most of its locks
};

Loop::Loop() : parts_(std::make_unique<Parts>()) {
    // A peer that closed its end is told by write's result; the signal would end the process.
    std::signal(SIGPIPE, SIG_IGN);
}
Loop::~Loop() = default;
void Loop::run() { parts_->context.run(); }
void Loop::stop() { parts_->context.stop(); }
void Loop::post(std::function<void()> work) { asio::post(parts_->context, std::move(work)); }
asio::io_context &Loop::context() { return parts_->context; }

// Each State is kept alive by the operations in flight, and `ended` makes their handlers idle: so an owner
// may vanish at any time, within its own call too.

struct Watch::State : std::enable_shared_from_this<State> {
    State(Loop &loop, int fd) : descriptor(loop.context(), fd) {}

    void wait(asio::posix::stream_descriptor::wait_type what, std::function<void()> call) {
        descriptor.async_wait(what, [self = shared_from_this(), call = std::move(call)](error_code) {
            if (!self->ended)
                call(); // after an error too: the read or write that follows tells it
        });
    }

    asio::posix::stream_descriptor descriptor;
    bool ended = false;
};

Watch::Watch(Loop &loop, int fd) : state_(std::make_shared<State>(loop, fd)) {}
Watch::Watch(Watch &&) noexcept = default;
Watch &Watch::operator=(Watch &&other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}
Watch::~Watch() {
    if (!state_)
        return;
    state_->ended = true;
    state_->descriptor.release(); // ends its waits, and leaves the descriptor open for its owner
}
void Watch::when_readable(std::function<void()> call) {
    state_->wait(asio::posix::stream_descriptor::wait_read, std::move(call));
}
void Watch::when_writable(std::function<void()> call) {
    state_->wait(asio::posix::stream_descriptor::wait_write, std::move(call));
}

struct Timer::State : std::enable_shared_from_this<State> {
    explicit State(Loop &loop) : timer(loop.context()) {}

    asio::steady_timer timer;
    std::uint64_t setting = 0; // a handler already queued when the deadline moved belongs to an older one
};

Timer::Timer(Loop &loop) : state_(std::make_shared<State>(loop)) {}
Timer::Timer(Timer &&) noexcept = default;
Timer &Timer::operator=(Timer &&other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}
Timer::~Timer() {
    if (state_)
        cancel();
}
void Timer::at(base::Time deadline, std::function<void()> call) {
    using Point = std::chrono::steady_clock::time_point;
    ++state_->setting;
    if (deadline == base::never) {
        state_->timer.cancel();
        return;
    }
    auto since = std::chrono::duration_cast<Point::duration>(deadline.time_since_epoch());
    state_->timer.expires_at(Point(since));
    state_->timer.async_wait(
        [self = state_->shared_from_this(), setting = state_->setting, call = std::move(call)](error_code) {
            if (setting == self->setting)
                call();
        });
}
void Timer::after(base::Duration delay, std::function<void()> call) {
    at(now().mono + delay, std::move(call));
}
void Timer::cancel() {
    ++state_->setting;
    state_->timer.cancel();
}

void Deadline::set(base::Time due) {
    due_ = due;
    if (due < armed_)
        arm();
}

void Deadline::arm() {
    armed_ = due_;
    timer_.at(armed_, [this] {
        armed_ = base::never;
        if (due_ == base::never)
            return;
        if (now().mono < due_)
            return arm();
        due_ = base::never;
        call_();
    });
}

struct Signals::State : std::enable_shared_from_this<State> {
    State(Loop &loop, std::function<void(int)> c) : set(loop.context()), call(std::move(c)) {}

    void wait() {
        set.async_wait([self = shared_from_this()](error_code ec, int number) {
            if (ec)
                return;
            self->call(number);
            self->wait();
        });
    }

    asio::signal_set set;
    std::function<void(int)> call;
};

Signals::Signals(Loop &loop, std::initializer_list<int> numbers, std::function<void(int)> call)
    : state_(std::make_shared<State>(loop, std::move(call))) {
    for (int number : numbers)
        state_->set.add(number);
    state_->wait();
}
Signals::~Signals() {
    state_->set.cancel();
    state_->call = [](int) {};
}

} // namespace cord::io::net
