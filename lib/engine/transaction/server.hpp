// The non-INVITE server transaction: RFC 3261 section 17.2.2 and RFC 4320.
//
// request -> Trying --1xx, or late: 100--> Proceeding
//               |                              |
//               +--200-699: send---------------+--> Completed --timer J--> Terminated
#pragma once

#include "engine/transaction/acts.hpp"
#include "engine/transaction/timers.hpp"

namespace cord::engine::transaction {

class Server {
  public:
    enum class State : std::uint8_t { trying, proceeding, completed, terminated };

    explicit Server(bool reliable) : reliable_(reliable) {}

    /// The request came.
    void start(Time now) { deadlines_.again = now + late_trying_delay; }
    /// The request came again.
    [[nodiscard]] Acts on_request(Time now) { return step({Kind::request, 0}, now); }
    /// The TU responds: what it gave is the latest response from here on.
    [[nodiscard]] Acts respond(int code, Time now) { return step({Kind::respond, code}, now); }
    [[nodiscard]] Acts on_failure(Time now) { return step({Kind::failure, 0}, now); }
    [[nodiscard]] Acts on_timer(Time now);
    [[nodiscard]] Time next_deadline() const { return deadlines_.next(); }
    [[nodiscard]] State state() const { return state_; }

  private:
    enum class Kind : std::uint8_t { request, respond, failure, again, leave };
    struct Event {
        Kind kind;
        int code;
    };

    Acts step(Event e, Time now);
    Acts trying(Event e, Time now);
    Acts proceeding(Event e, Time now);
    Acts completed(Event e);
    Acts respond_with(int code, Time now);
    Acts terminate(Acts acts);

    State state_ = State::trying;
    bool reliable_;
    Deadlines deadlines_;
};

} // namespace cord::engine::transaction
