#include "engine/transaction/server.hpp"

namespace cord::engine::transaction {

Acts Server::on_timer(Time now) {
    if (deadlines_.leave <= now)
        return step({Kind::leave, 0}, now);
    return deadlines_.again <= now ? step({Kind::again, 0}, now) : Acts{};
}

Acts Server::step(Event e, Time now) {
    switch (state_) {
    case State::trying: return trying(e, now);
    case State::proceeding: return proceeding(e, now);
    case State::completed: return completed(e);
    case State::terminated: break;
    }
    return {};
}

Acts Server::trying(Event e, Time now) {
    // "Once in the "Trying" state, any further request retransmissions are discarded."
    switch (e.kind) {
    case Kind::respond: return respond_with(e.code, now);
    case Kind::failure: return terminate({Act::failure, Act::terminated});
    case Kind::again:
        // RFC 4320 section 4.1: "a SIP element MUST respond to a non-INVITE request with a Status-Code of 100
        // if it has not otherwise responded after the amount of time it takes a client transaction's Timer E
        // to be reset to T2."
        deadlines_.stop_again();
        return {Act::send_trying};
    case Kind::request:
    case Kind::leave: break;
    }
    return {};
}

Acts Server::proceeding(Event e, Time now) {
    switch (e.kind) {
    case Kind::request:
        // "If a retransmission of the request is received while in the "Proceeding" state, the most recently
        // sent provisional response MUST be passed to the transport layer for retransmission."
        return {Act::send_response};
    case Kind::respond: return respond_with(e.code, now);
    case Kind::failure: return terminate({Act::failure, Act::terminated});
    case Kind::again:
    case Kind::leave: break;
    }
    return {};
}

Acts Server::respond_with(int code, Time now) {
    deadlines_.stop_again();
    if (code < 200) {
        state_ = State::proceeding;
        return {Act::send_response};
    }
    // "When the server transaction enters the "Completed" state, it MUST set Timer J to fire in 64*T1 seconds
    // for unreliable transports, and zero seconds for reliable transports."
    if (reliable_)
        return terminate({Act::send_response, Act::terminated});
    state_ = State::completed;
    deadlines_.leave = now + timer_j;
    return {Act::send_response};
}

Acts Server::completed(Event e) {
    switch (e.kind) {
    case Kind::request:
        // "While in the "Completed" state, the server transaction MUST pass the final response to the
        // transport layer for retransmission whenever a retransmission of the request is received."
        return {Act::send_response};
    case Kind::leave: return terminate({Act::terminated});
    case Kind::failure: return terminate({Act::failure, Act::terminated});
    case Kind::again:
    case Kind::respond:
        // "Any other final responses passed by the TU to the server transaction MUST be discarded".
        break;
    }
    return {};
}

Acts Server::terminate(Acts acts) {
    state_ = State::terminated;
    deadlines_ = {};
    return acts;
}

} // namespace cord::engine::transaction
