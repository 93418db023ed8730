// One conversation over a byte stream: messages are cut from what comes in, answers queued while the peer is
// slow.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "io/net/loop.hpp"
#include "listeners.hpp"

namespace cord::tools::rtc_breaker {

class Pipe {
  public:
    /// Descriptors that stay the caller's, non-blocking; they may be the same. `lines` puts a line end behind
    /// each answer, and goes on with the next line after garbage, where a socket says no more. `on_message`
    /// is called with an empty message for what is none, so that it is counted; the pipe answers that itself.
    Pipe(io::net::Loop &loop, int in, int out, bool lines, OnMessage on_message,
         std::function<void()> on_end);
    ~Pipe();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace cord::tools::rtc_breaker
