#include "engine/transaction/invite_server.hpp"

namespace cord::engine::transaction {

void InviteServer::start(Time now) {
    // "The server transaction MUST generate a 100 (Trying) response unless it knows that the TU will generate
    // a provisional or final response within 200 ms".
    deadlines_.again = now + trying_delay;
}

Acts InviteServer::on_timer(Time now) {
    if (deadlines_.leave <= now)
        return step({Kind::leave, 0}, now);
    if (deadlines_.again <= now)
        return step({Kind::again, 0}, now);
    return {};
}

Acts InviteServer::step(Event e, Time now) {
    switch (state_) {
    case State::proceeding: return proceeding(e, now);
    case State::completed: return completed(e, now);
    case State::confirmed: return confirmed(e);
    case State::accepted: return accepted(e);
    case State::terminated: break;
    }
    return {};
}

Acts InviteServer::proceeding(Event e, Time now) {
    switch (e.kind) {
    case Kind::request:
        // "If a request retransmission is received while in the "Proceeding" state, the most recent
        // provisional response that was received from the TU MUST be passed to the transport layer for
        // retransmission."
        return responded_ ? Acts{Act::send_response} : Acts{};
    case Kind::respond: return proceeding_respond(e.code, now);
    case Kind::again: deadlines_.stop_again(); return {Act::send_trying};
    case Kind::failure: return terminate({Act::failure, Act::terminated});
    case Kind::ack:
    case Kind::leave: break;
    }
    return {};
}

Acts InviteServer::proceeding_respond(int code, Time now) {
    responded_ = true;
    deadlines_ = {};
    // "The TU passes any number of provisional responses to the server transaction. So long as the server
    // transaction is in the "Proceeding" state, each of these MUST be passed to the transport layer for
    // transmission."
    if (code < 200)
        return {Act::send_response};
    if (code < 300) {
        // RFC 6026 section 7.1: a 2xx leads to Accepted rather than out, so that INVITEs sent again still
        // find their transaction; timer L is 64*T1 on any transport.
        state_ = State::accepted;
        deadlines_.leave = now + timer_l;
        return {Act::send_response};
    }
    // "If the TU passes a response with status code from 300 to 699 to the server transaction, the response
    // MUST be passed to the transport layer for transmission, and the state machine MUST enter the
    // "Completed" state. For unreliable transports, timer G is set to fire in T1 seconds, and is not set to
    // fire for reliable transports." "When the "Completed" state is entered, timer H MUST be set to fire in
    // 64*T1 seconds for all transports."
    state_ = State::completed;
    if (!reliable_)
        deadlines_.start_again(now, t1);
    deadlines_.leave = now + timer_h;
    return {Act::send_response};
}

Acts InviteServer::completed(Event e, Time now) {
    switch (e.kind) {
    case Kind::request:
        // "Furthermore, while in the "Completed" state, if a request retransmission is received, the server
        // SHOULD pass the response to the transport for retransmission."
        return {Act::send_response};
    case Kind::again:
        // "If timer G fires, the response is passed to the transport layer once more for retransmission, and
        // timer G is set to fire in MIN(2*T1, T2) seconds."
        deadlines_.double_again(now, t2);
        return {Act::send_response};
    case Kind::ack:
        // "If an ACK is received while the server transaction is in the "Completed" state, the server
        // transaction MUST transition to the "Confirmed" state." "Timer I is set to fire in T4 seconds for
        // unreliable transports, and zero seconds for reliable transports."
        if (reliable_)
            return terminate({Act::terminated});
        state_ = State::confirmed;
        deadlines_ = {};
        deadlines_.leave = now + timer_i;
        return {};
    case Kind::leave:
        // "If timer H fires while in the "Completed" state, it implies that the ACK was never received. In
        // this case, the server transaction MUST transition to the "Terminated" state, and MUST indicate to
        // the TU that a transaction failure has occurred."
        return terminate({Act::timeout, Act::terminated});
    case Kind::failure: return terminate({Act::failure, Act::terminated});
    case Kind::respond:
        // "Any other final responses passed by the TU to the server transaction are discarded".
        break;
    }
    return {};
}

Acts InviteServer::confirmed(Event e) {
    // "The purpose of the "Confirmed" state is to absorb any additional ACK messages that arrive". "Once
    // timer I fires, the server MUST transition to the "Terminated" state."
    return e.kind == Kind::leave ? terminate({Act::terminated}) : Acts{};
}

Acts InviteServer::accepted(Event e) {
    switch (e.kind) {
    case Kind::respond:
        // RFC 6026 section 7.1: each 2xx the TU passes is sent; a proxy passes them as often as they come.
        return e.code >= 200 && e.code < 300 ? Acts{Act::send_response} : Acts{};
    case Kind::ack:
        // RFC 6026 section 7.1: the ACK of a 2xx goes to the TU.
        return {Act::deliver};
    case Kind::failure:
        // The TU learns of it and the state stays: another 2xx may yet get through.
        return {Act::failure};
    case Kind::leave: return terminate({Act::terminated});
    case Kind::request:
        // RFC 6026 section 7.1: an INVITE that comes again is absorbed, for the 2xx is repeated end to end.
    case Kind::again: break;
    }
    return {};
}

Acts InviteServer::terminate(Acts acts) {
    state_ = State::terminated;
    deadlines_ = {};
    return acts;
}

} // namespace cord::engine::transaction
