// The callee's side of a simulated phone: ringing, answering, being cancelled and hung up on.
#include "engine/transaction/timers.hpp"
#include "sim/phone.hpp"
#include "wire/sip/headers.hpp"

namespace cord::sim {

using namespace wire::sip;

void Phone::respond(tx::Id server, const Message &request, std::uint16_t code, base::Now now) {
    if (tag_.empty())
        tag_ = random_.token(8);
    Builder out = make_response(request, code, {}, tag_);
    for (const Value &route : request.values(HeaderId::record_route))
        out.add(HeaderId::record_route, route.text);
    if (request.method() == Method::invite && code < 300)
        out.add(HeaderId::contact, contact());
    layer_.respond(server, code, out.finish(), now.mono);
    drain(now);
}

void Phone::on_invite(const Message &invite, tx::Id server, base::Now now) {
    if (!to(invite)->tag().empty())
        return respond(server, invite, 488, now); // no re-INVITE here
    if (find(invite.call_id())) {
        // RFC 3261 section 8.2.2.2: the same request over another path.
        return respond(server, invite, 482, now);
    }
    auto &call = *calls_.emplace_back(std::make_unique<Call>());
    call.call_id = invite.call_id();
    call.server = server;
    call.invite = invite.bytes();
    if (manner_.answer == Manner::Answer::busy) {
        call.code = 486;
        call.state = Call::State::ended;
        return respond(server, invite, 486, now);
    }
    call.state = Call::State::ringing;
    respond(server, invite, 180, now);
    const bool answers = manner_.answer == Manner::Answer::accept;
    after(answers ? manner_.ring : std::chrono::minutes(5), now, [this, &call, answers](base::Now at) {
        if (call.state != Call::State::ringing)
            return;
        const auto request = Message::parse(call.invite);
        if (answers)
            return accept(call, *request, at);
        call.code = 480;
        call.state = Call::State::ended;
        respond(call.server, *request, 480, at);
    });
}

void Phone::accept(Call &call, const Message &invite, base::Now now) {
    call.code = 200;
    call.state = Call::State::accepted;
    call.acknowledged = false;
    respond(call.server, invite, 200, now);
    // What went out is repeated, and its To is our end of the dialog.
    const auto ok = Message::parse(packets_.back().bytes);
    call.ok = packets_.back().bytes;
    call.dialog = Dialog::of_callee(invite, std::string(ok->header(HeaderId::to).value_or("")));
    repeat_ok(call, tx::t1, now.mono + 64 * tx::t1, now);
}

// RFC 3261 section 13.3.1.4: "The 2xx response is passed to the transport with an interval that starts at T1
// seconds and doubles for each retransmission until it reaches T2 seconds … Response retransmissions cease
// when an ACK request for the response is received." "If the server retransmits the 2xx response for 64*T1
// seconds without receiving an ACK, the dialog is confirmed, but the session SHOULD be terminated. This is
// accomplished with a BYE".
void Phone::repeat_ok(Call &call, base::Duration interval, base::Time until, base::Now now) {
    after(interval, now, [this, &call, interval, until](base::Now at) {
        if (call.state != Call::State::accepted)
            return;
        if (at.mono >= until) {
            call.state = Call::State::established;
            return hang_up(call, at);
        }
        send_plain(call.ok);
        repeat_ok(call, std::min(2 * interval, tx::t2), until, at);
    });
}

void Phone::on_ack(const Message &ack, base::Now now) {
    Call *call = find(ack.call_id());
    if (!call || call->outgoing)
        return;
    call->acknowledged = true;
    if (call->state != Call::State::accepted)
        return;
    call->state = Call::State::established;
    after(manner_.talk, now, [this, call](base::Now at) { hang_up(*call, at); });
}

void Phone::on_cancel(const Message &cancel, const tx::Received &received, base::Now now) {
    // RFC 3261 section 9.2: "If the UAS did not find a matching transaction for the CANCEL according to the
    // procedure above, it SHOULD respond to the CANCEL with a 481".
    if (received.cancelled == tx::Id::none)
        return respond(received.id, cancel, 481, now);
    respond(received.id, cancel, 200, now);
    Call *call = find(cancel.call_id());
    if (!call || call->state != Call::State::ringing)
        return;
    call->cancelled = true;
    call->code = 487;
    call->state = Call::State::ended;
    respond(call->server, *Message::parse(call->invite), 487, now);
}

void Phone::on_bye(const Message &bye, tx::Id server, base::Now now) {
    Call *call = find(bye.call_id());
    // RFC 3261 section 15.1.2: "If the BYE does not match an existing dialog, the UAS core SHOULD generate a
    // 481".
    if (!call || call->dialog.call_id.empty())
        return respond(server, bye, 481, now);
    respond(server, bye, 200, now);
    if (call->state != Call::State::ending)
        call->state = Call::State::ended;
}

} // namespace cord::sim
