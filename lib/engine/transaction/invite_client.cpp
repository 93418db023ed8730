#include "engine/transaction/invite_client.hpp"

namespace cord::engine::transaction {

Acts InviteClient::start(Time now) {
    // "If an unreliable transport is being used, the client transaction MUST start timer A with a value of
    // T1. If a reliable transport is being used, the client transaction SHOULD NOT start timer A (Timer A
    // controls request retransmissions). For any transport, the client transaction MUST start timer B with a
    // value of 64*T1 seconds".
    if (!reliable_)
        deadlines_.start_again(now, t1);
    deadlines_.leave = now + timer_b;
    return {Act::send_request};
}

Acts InviteClient::on_timer(Time now) {
    if (deadlines_.leave <= now)
        return step({Kind::leave, 0}, now);
    if (deadlines_.again <= now)
        return step({Kind::again, 0}, now);
    return {};
}

Acts InviteClient::step(Event e, Time now) {
    switch (state_) {
    case State::calling: return calling(e, now);
    case State::proceeding: return proceeding(e, now);
    case State::completed: return completed(e);
    case State::accepted: return accepted(e);
    case State::terminated: break;
    }
    return {};
}

Acts InviteClient::calling(Event e, Time now) {
    switch (e.kind) {
    case Kind::again:
        // "When timer A fires, the client transaction MUST retransmit the request by passing it to the
        // transport layer, and MUST reset the timer with a value of 2*T1."
        deadlines_.double_again(now);
        return {Act::send_request};
    case Kind::leave:
        // "If the client transaction is still in the "Calling" state when timer B fires, the client
        // transaction SHOULD inform the TU that a timeout has occurred."
        return terminate({Act::timeout, Act::terminated});
    case Kind::failure:
        // "Inform the TU", then Terminated (figure 5).
        return terminate({Act::failure, Act::terminated});
    case Kind::cancel:
        // A CANCEL waits for the first provisional response; timer B runs until then.
        return {};
    case Kind::response: break;
    }
    if (e.code >= 200)
        return final_response(e.code, now);
    // "If the client transaction receives a provisional response while in the "Calling" state, it transitions
    // to the "Proceeding" state. In the "Proceeding" state, the client transaction SHOULD NOT retransmit the
    // request any longer. Furthermore, the provisional response MUST be passed to the TU."
    state_ = State::proceeding;
    deadlines_ = {};
    return {Act::deliver};
}

Acts InviteClient::proceeding(Event e, Time now) {
    switch (e.kind) {
    case Kind::cancel:
        // RFC 3261 section 9.1: "If there is no final response for the original request in 64*T1 seconds …,
        // the client SHOULD then consider the original transaction cancelled and SHOULD destroy the client
        // transaction handling the original request."
        deadlines_.leave = now + 64 * t1;
        return {};
    case Kind::leave: return terminate({Act::timeout, Act::terminated});
    case Kind::failure: return terminate({Act::failure, Act::terminated});
    case Kind::response:
        // "Any further provisional responses MUST be passed up to the TU while in the "Proceeding" state."
        return e.code >= 200 ? final_response(e.code, now) : Acts{Act::deliver};
    case Kind::again: break;
    }
    return {};
}

Acts InviteClient::final_response(int code, Time now) {
    deadlines_ = {};
    if (code < 300) {
        // RFC 6026 section 7.2: a 2xx leads to Accepted rather than out, and timer M is 64*T1 on any
        // transport. The ACK is the TU's business.
        state_ = State::accepted;
        deadlines_.leave = now + timer_m;
        return {Act::deliver};
    }
    // "reception of a response with status code from 300-699 MUST cause the client transaction to transition
    // to "Completed". The client transaction MUST pass the received response up to the TU, and the client
    // transaction MUST generate an ACK request". "The client transaction SHOULD start timer D when it enters
    // the "Completed" state, with a value of at least 32 seconds for unreliable transports, and a value of
    // zero seconds for reliable transports."
    if (reliable_)
        return terminate({Act::send_ack, Act::deliver, Act::terminated});
    state_ = State::completed;
    deadlines_.leave = now + timer_d;
    return {Act::send_ack, Act::deliver};
}

Acts InviteClient::completed(Event e) {
    switch (e.kind) {
    case Kind::response:
        // "Any retransmissions of the final response that are received while in the "Completed" state MUST
        // cause the ACK to be re-passed to the transport layer for retransmission, but the newly received
        // response MUST NOT be passed up to the TU."
        return e.code >= 300 ? Acts{Act::send_ack} : Acts{};
    case Kind::failure: return terminate({Act::failure, Act::terminated});
    case Kind::leave:
        // "If timer D fires while the client transaction is in the "Completed" state, the client transaction
        // MUST move to the terminated state."
        return terminate({Act::terminated});
    case Kind::cancel:
    case Kind::again: break;
    }
    return {};
}

Acts InviteClient::accepted(Event e) {
    // RFC 6026 section 7.2: each 2xx, sent again or of another fork, is passed to the TU until timer M fires;
    // all else is ignored.
    if (e.kind == Kind::response && e.code >= 200 && e.code < 300)
        return {Act::deliver};
    if (e.kind == Kind::leave)
        return terminate({Act::terminated});
    return {};
}

Acts InviteClient::terminate(Acts acts) {
    state_ = State::terminated;
    deadlines_ = {};
    return acts;
}

} // namespace cord::engine::transaction
