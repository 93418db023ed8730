#include "engine/transaction/client.hpp"

namespace cord::engine::transaction {

Acts Client::start(Time now) {
    // "The "Trying" state is entered when the TU initiates a new client transaction with a request. When
    // entering this state, the client transaction SHOULD set timer F to fire in 64*T1 seconds. … If an
    // unreliable transport is in use, the client transaction MUST set timer E to fire in T1 seconds."
    deadlines_.leave = now + timer_f;
    if (!reliable_)
        deadlines_.start_again(now, t1);
    return {Act::send_request};
}

Acts Client::on_timer(Time now) {
    if (deadlines_.leave <= now)
        return step({Kind::leave, 0}, now);
    if (deadlines_.again <= now)
        return step({Kind::again, 0}, now);
    return {};
}

Acts Client::step(Event e, Time now) {
    switch (state_) {
    case State::trying: return trying(e, now);
    case State::proceeding: return proceeding(e, now);
    case State::completed: return completed(e);
    case State::terminated: break;
    }
    return {};
}

Acts Client::trying(Event e, Time now) {
    switch (e.kind) {
    case Kind::again:
        // "If timer E fires while still in this state, the timer is reset, but this time with a value of
        // MIN(2*T1, T2)."
        deadlines_.double_again(now, t2);
        return {Act::send_request};
    case Kind::leave:
        // "If Timer F fires while the client transaction is still in the "Trying" state, the client
        // transaction SHOULD inform the TU about the timeout, and then it SHOULD enter the "Terminated"
        // state."
        return terminate({Act::timeout, Act::terminated});
    case Kind::failure: return terminate({Act::failure, Act::terminated});
    case Kind::response: break;
    }
    if (e.code >= 200)
        return final_response(now);
    // "If a provisional response is received while in the "Trying" state, the response MUST be passed to the
    // TU, and then the client transaction SHOULD move to the "Proceeding" state."
    state_ = State::proceeding;
    return {Act::deliver};
}

Acts Client::proceeding(Event e, Time now) {
    switch (e.kind) {
    case Kind::again:
        // "If Timer E fires while in the "Proceeding" state, the request MUST be passed to the transport
        // layer for retransmission, and Timer E MUST be reset with a value of T2 seconds."
        deadlines_.start_again(now, t2);
        return {Act::send_request};
    case Kind::leave:
        // "If timer F fires while in the "Proceeding" state, the TU MUST be informed of a timeout, and the
        // client transaction MUST transition to the terminated state."
        return terminate({Act::timeout, Act::terminated});
    case Kind::failure: return terminate({Act::failure, Act::terminated});
    case Kind::response: break;
    }
    return e.code >= 200 ? final_response(now) : Acts{Act::deliver};
}

Acts Client::final_response(Time now) {
    // "If a final response (status codes 200-699) is received … the response MUST be passed to the TU, and
    // the client transaction MUST transition to the "Completed" state." "Once the client transaction enters
    // the "Completed" state, it MUST set Timer K to fire in T4 seconds for unreliable transports, and zero
    // seconds for reliable transports."
    deadlines_ = {};
    if (reliable_)
        return terminate({Act::deliver, Act::terminated});
    state_ = State::completed;
    deadlines_.leave = now + timer_k;
    return {Act::deliver};
}

Acts Client::completed(Event e) {
    // "The "Completed" state exists to buffer any additional response retransmissions that may be received".
    // "If Timer K fires while in this state, the client transaction MUST transition to the "Terminated"
    // state."
    return e.kind == Kind::leave ? terminate({Act::terminated}) : Acts{};
}

Acts Client::terminate(Acts acts) {
    state_ = State::terminated;
    deadlines_ = {};
    return acts;
}

} // namespace cord::engine::transaction
