// The INVITE client transaction: RFC 3261 section 17.1.1, with the Accepted state of RFC 6026 section 7.2.
//
//            start
//              |            300-699: ACK, deliver
//          Calling -------------------------------------> Completed --timer D--> Terminated
//              | 1xx: deliver                               ^  |
//              v                                            |  +-- 300-699: ACK
//          Proceeding --------- 300-699: ACK, deliver ------+
//              |
//              +-- 2xx: deliver (from Calling too) -----> Accepted --timer M--> Terminated
//                                                            +-- 2xx: deliver
#pragma once

#include "engine/transaction/acts.hpp"
#include "engine/transaction/timers.hpp"

namespace cord::engine::transaction {

class InviteClient {
  public:
    enum class State : std::uint8_t { calling, proceeding, completed, accepted, terminated };

    explicit InviteClient(bool reliable) : reliable_(reliable) {}

    [[nodiscard]] Acts start(Time now);
    [[nodiscard]] Acts on_response(int code, Time now) { return step({Kind::response, code}, now); }
    /// Its CANCEL was sent: it does not wait for a final response for ever.
    [[nodiscard]] Acts on_cancel(Time now) { return step({Kind::cancel, 0}, now); }
    [[nodiscard]] Acts on_failure(Time now) { return step({Kind::failure, 0}, now); }
    [[nodiscard]] Acts on_timer(Time now);
    [[nodiscard]] Time next_deadline() const { return deadlines_.next(); }
    [[nodiscard]] State state() const { return state_; }

  private:
    enum class Kind : std::uint8_t { response, cancel, failure, again, leave };
    struct Event {
        Kind kind;
        int code;
    };

    Acts step(Event e, Time now);
    Acts calling(Event e, Time now);
    Acts proceeding(Event e, Time now);
    Acts completed(Event e);
    Acts accepted(Event e);
    Acts final_response(int code, Time now);
    Acts terminate(Acts acts);

    State state_ = State::calling;
    bool reliable_;
    Deadlines deadlines_;
};

} // namespace cord::engine::transaction
