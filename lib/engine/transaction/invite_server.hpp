// The INVITE server transaction: RFC 3261 section 17.2.1, with the Accepted state of RFC 6026 section 7.1.
//
//                                  300-699                    ACK
//   INVITE -> Proceeding --------------------> Completed ------------> Confirmed --timer I--> Terminated
//             | 1xx: send                        | timer G: send
//             |                                  +--timer H: timeout--> Terminated
//             +-- 2xx: send --> Accepted --timer L--> Terminated
//                                 +-- 2xx from the TU: send
#pragma once

#include "engine/transaction/acts.hpp"
#include "engine/transaction/timers.hpp"

namespace cord::engine::transaction {

class InviteServer {
  public:
    enum class State : std::uint8_t { proceeding, completed, confirmed, accepted, terminated };

    explicit InviteServer(bool reliable) : reliable_(reliable) {}

    /// The INVITE came for the first time.
    void start(Time now);
    /// The INVITE came again.
    [[nodiscard]] Acts on_request(Time now) { return step({Kind::request, 0}, now); }
    [[nodiscard]] Acts on_ack(Time now) { return step({Kind::ack, 0}, now); }
    /// The TU responds: what it gave is the latest response from here on.
    [[nodiscard]] Acts respond(int code, Time now) { return step({Kind::respond, code}, now); }
    [[nodiscard]] Acts on_failure(Time now) { return step({Kind::failure, 0}, now); }
    [[nodiscard]] Acts on_timer(Time now);
    [[nodiscard]] Time next_deadline() const { return deadlines_.next(); }
    [[nodiscard]] State state() const { return state_; }

  private:
    enum class Kind : std::uint8_t { request, ack, respond, failure, again, leave };
    struct Event {
        Kind kind;
        int code;
    };

    Acts step(Event e, Time now);
    Acts proceeding(Event e, Time now);
    Acts proceeding_respond(int code, Time now);
    Acts completed(Event e, Time now);
    Acts confirmed(Event e);
    Acts accepted(Event e);
    Acts terminate(Acts acts);

    State state_ = State::proceeding;
    bool reliable_;
    bool responded_ = false;
    Deadlines deadlines_;
};

} // namespace cord::engine::transaction
