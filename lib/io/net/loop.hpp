// The event loop of a shard: one thread, readiness of descriptors, timers, signals, and work from other
// threads. It is Boost.Asio's io_context, which stays behind these few names: all else here is plain POSIX.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include "base/time.hpp"

namespace boost::asio {
class io_context;
}

namespace cord::io::net {

class Loop {
  public:
    Loop();
    ~Loop();
    Loop(const Loop &) = delete;
    Loop &operator=(const Loop &) = delete;

    /// Runs handlers until `stop`, or until nothing is waited for.
    void run();
    void stop();
    /// Calls `work` on the loop's thread, soon; the one function that other threads may call.
    void post(std::function<void()> work);

    /// For the file that speaks to Beast.
    [[nodiscard]] boost::asio::io_context &context();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Calls back when a descriptor can be read or written. It does not own the descriptor, which is non-blocking
/// and outlives it. A wait ends with its call; destroying the Watch, also from within a call, ends both waits
/// silently.
class Watch {
  public:
    Watch(Loop &loop, int fd);
    ~Watch();
    Watch(Watch &&) noexcept;
    Watch &operator=(Watch &&) noexcept;

    void when_readable(std::function<void()> call);
    void when_writable(std::function<void()> call);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

/// One deadline. Setting it again moves it; destroying it, also from within its call, drops it.
class Timer {
  public:
    explicit Timer(Loop &loop);
    ~Timer();
    Timer(Timer &&) noexcept;
    Timer &operator=(Timer &&) noexcept;

    void at(base::Time deadline, std::function<void()> call);
    void after(base::Duration delay, std::function<void()> call);
    void cancel();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

/// The next deadline of a machine, told after each of its inputs. Most are for what then does not happen: so
/// the timer moves only to an earlier one, and when it rings, looks how far the deadline has moved away.
class Deadline {
  public:
    /// `call` at each deadline; it tells the next.
    Deadline(Loop &loop, std::function<void()> call) : timer_(loop), call_(std::move(call)) {}
    /// base::never: none.
    void set(base::Time due);

  private:
    void arm();

    Timer timer_;
    std::function<void()> call_;
    base::Time due_ = base::never;
    base::Time armed_ = base::never; ///< When the timer rings.
};

/// Calls back for each of these signals from its construction to its end.
class Signals {
  public:
    Signals(Loop &loop, std::initializer_list<int> numbers, std::function<void(int)> call);
    ~Signals();
    Signals(const Signals &) = delete;
    Signals &operator=(const Signals &) = delete;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace cord::io::net
