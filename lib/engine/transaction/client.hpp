// The non-INVITE client transaction: RFC 3261 section 17.1.2.
//
//   start -> Trying --1xx: deliver--> Proceeding
//               |                         |
//               +--200-699: deliver-------+--> Completed --timer K--> Terminated
#pragma once

#include "engine/transaction/acts.hpp"
#include "engine/transaction/timers.hpp"

namespace cord::engine::transaction {

class Client {
  public:
    enum class State : std::uint8_t { trying, proceeding, completed, terminated };

    explicit Client(bool reliable) : reliable_(reliable) {}

    [[nodiscard]] Acts start(Time now);
    [[nodiscard]] Acts on_response(int code, Time now) { return step({Kind::response, code}, now); }
    [[nodiscard]] Acts on_failure(Time now) { return step({Kind::failure, 0}, now); }
    [[nodiscard]] Acts on_timer(Time now);
    [[nodiscard]] Time next_deadline() const { return deadlines_.next(); }
    [[nodiscard]] State state() const { return state_; }

  private:
    enum class Kind : std::uint8_t { response, failure, again, leave };
    struct Event {
        Kind kind;
        int code;
    };

    Acts step(Event e, Time now);
    Acts trying(Event e, Time now);
    Acts proceeding(Event e, Time now);
    Acts completed(Event e);
    Acts final_response(Time now);
    Acts terminate(Acts acts);

    State state_ = State::trying;
    bool reliable_;
    Deadlines deadlines_;
};

} // namespace cord::engine::transaction
