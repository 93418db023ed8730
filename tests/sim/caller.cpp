// The caller's side of a simulated phone: INVITE, ACK, CANCEL, BYE.
#include "engine/transaction/in_transaction.hpp"
#include "sim/phone.hpp"
#include "wire/sip/headers.hpp"

namespace cord::sim {

using namespace wire::sip;

void Phone::call(const std::string &target, Attempt attempt, base::Now now) {
    auto &call = *calls_.emplace_back(std::make_unique<Call>());
    call.outgoing = true;
    call.call_id = random_.token(12);
    call.attempt = attempt;
    call.target = target;
    call.from = "<sip:" + place_.user + '@' + place_.domain + ">;tag=" + random_.token(8);
    after(attempt.patience, now, [this, &call](base::Now at) { give_up(call, at); });
    send_invite(call, {}, now);
}

void Phone::send_invite(Call &call, const Credentials &credentials, base::Now now) {
    std::string branch;
    Builder out = Builder::request("INVITE", call.target);
    out.add(HeaderId::via, new_via(branch)).add(HeaderId::max_forwards, "70").add(HeaderId::from, call.from);
    out.add(HeaderId::to, '<' + call.target + '>').add(HeaderId::call_id, call.call_id);
    out.add(HeaderId::cseq, std::to_string(++call.cseq) + " INVITE").add(HeaderId::contact, contact());
    credentials.add_to(out);
    call.invite = out.finish();
    call.provisional = false;
    call.client = layer_.send(flow(), call.invite, branch, "INVITE", now.mono);
    clients_[call.client] = [this, &call](int code, const Message *response, base::Now at) {
        if (response)
            return on_invite_response(call, *response, at);
        call.code = code;
        call.state = Call::State::ended;
    };
    drain(now);
}

void Phone::on_invite_response(Call &call, const Message &response, base::Now now) {
    if (response.status() < 200) {
        call.provisional = true;
        // RFC 3261 section 9.1: "If no provisional response has been received, the CANCEL request MUST NOT be
        // sent; rather, the client MUST wait for the arrival of a provisional response before sending the
        // request."
        if (call.cancelled && call.state == Call::State::inviting)
            send_cancel(call, now);
        if (call.state == Call::State::inviting)
            call.state = Call::State::ringing;
        return;
    }
    if (response.status() < 300)
        return on_answer(call, response, now);
    const bool challenged = response.status() == 401 || response.status() == 407;
    if (challenged && call.cseq == 1 && !call.cancelled) {
        call.state = Call::State::inviting;
        return send_invite(
            call, answer_challenge(response, place_.user, place_.password, call.target, random_), now);
    }
    call.code = response.status();
    call.state = Call::State::ended;
}

void Phone::on_answer(Call &call, const Message &ok, base::Now now) {
    // RFC 3261 section 13.2.2.4: "The ACK MUST be passed to the client transport every time a retransmission
    // of the 2xx final response that triggered the ACK arrives."
    const std::string remote(ok.header(HeaderId::to).value_or(""));
    if (!call.ack.empty() && call.dialog.remote == remote)
        return send_plain(call.ack);
    std::string branch;
    Dialog dialog = Dialog::of_caller(ok);
    const std::string ack = dialog.request(Method::ack, new_via(branch)).finish();
    send_plain(ack);
    const bool another_fork = !call.ack.empty();
    if (another_fork) {
        // One conversation is enough: what another branch answered is ended.
        auto &extra = *calls_.emplace_back(std::make_unique<Call>());
        extra.outgoing = true;
        extra.dialog = std::move(dialog);
        extra.ack = ack;
        extra.code = ok.status();
        extra.state = Call::State::established;
        return hang_up(extra, now);
    }
    call.dialog = std::move(dialog);
    call.ack = ack;
    call.code = ok.status();
    call.state = Call::State::established;
    const base::Duration talk = call.cancelled ? base::Duration{} : call.attempt.talk;
    after(talk, now, [this, &call](base::Now at) { hang_up(call, at); });
}

void Phone::give_up(Call &call, base::Now now) {
    if (call.state != Call::State::inviting && call.state != Call::State::ringing)
        return;
    call.cancelled = true;
    if (call.provisional)
        send_cancel(call, now);
}

void Phone::send_cancel(Call &call, base::Now now) {
    layer_.cancel(call.client, {}, now.mono);
    drain(now);
}

void Phone::hang_up(Call &call, base::Now now) {
    if (call.state != Call::State::established)
        return;
    call.state = Call::State::ending;
    send_bye(call, {}, now);
}

void Phone::send_bye(Call &call, const Credentials &credentials, base::Now now) {
    std::string branch;
    Builder bye = call.dialog.request(Method::bye, new_via(branch));
    credentials.add_to(bye);
    const tx::Id id = layer_.send(flow(), bye.finish(), branch, "BYE", now.mono);
    const bool first = credentials.value.empty();
    clients_[id] = [this, &call, first](int code, const Message *response, base::Now at) {
        if (code == 407 && first)
            return send_bye(
                call, answer_challenge(*response, place_.user, place_.password, call.dialog.target, random_),
                at);
        // Whatever else comes back, or nothing: the dialog is over (RFC 3261 section 15.1.1).
        if (code >= 200)
            call.state = Call::State::ended;
    };
    drain(now);
}

} // namespace cord::sim
