#include "engine/proxy/fork.hpp"

#include <algorithm>

#include "engine/proxy/calls.hpp"
#include "engine/proxy/dialog.hpp"
#include "engine/proxy/media.hpp"
#include "engine/proxy/outgoing.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/responses.hpp"
#include "engine/proxy/state.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

void hang_up_if_media_failed(State &s, const Exchange &e) {
    if (auto place = place_of(s, e); place && place->dialog->media_failed)
        hang_up(s, *place->call, Sides::both, {480, "The media could not be brought across"});
}

void send(State &s, Exchange &e, std::size_t index) {
    Branch &b = e.branches[index];
    b.state = Branch::State::calling;
    std::string request = outgoing_request(s, e, b);
    if (turn_to_stream(s, e, index, request.size()))
        request = outgoing_request(s, e, b);
    if (e.request.method() == Method::ack) {
        // The ACK of a 2xx is no transaction: it goes end to end.
        b.state = Branch::State::done;
        e.state = Exchange::State::answered;
        s.effects.push_back(Send{b.target.flow, std::move(request)});
        hang_up_if_media_failed(s, e);
        return;
    }
    if (e.is_invite()) {
        b.ring_end = s.now.mono + s.config.ring_timeout;
        set_deadline(s, e, index, std::min(b.ring_end, s.now.mono + timer_c));
    }
    s.start_client(e, index, std::move(request));
}

void start(State &s, Exchange &e, std::size_t index) {
    Branch &b = e.branches[index];
    MediaStep step = plan_request(s, e, b);
    switch (step.what) {
    case MediaStep::Do::ask:
        b.state = Branch::State::waiting_for_breaker;
        s.ask_breaker({Question::Kind::request_media, e.id, index}, step.breaker, std::move(step.text));
        break;
    case MediaStep::Do::fail: close_branch_locally(s, e, index, 503, step.text); break;
    case MediaStep::Do::replace: b.sdp = std::move(step.text); [[fallthrough]];
    case MediaStep::Do::pass: send(s, e, index);
    }
}

/// Ends one branch that nothing is to come of. RFC 3261 section 9.1: "a CANCEL request SHOULD NOT be sent to
/// cancel a request other than INVITE"; the others end by themselves, soon.
void cancel_branch(State &s, Exchange &e, std::size_t index, std::string_view reason) {
    Branch &b = e.branches[index];
    if (!e.is_invite() || b.cancelled || b.state == Branch::State::done)
        return;
    b.cancelled = true;
    b.cancel_reason = reason;
    if (b.state == Branch::State::waiting_for_breaker) {
        close_branch_locally(s, e, index, 487);
        return;
    }
    // Its transaction ends now, or 64*T1 later.
    set_deadline(s, e, index, base::never);
    // "If no provisional response has been received, the CANCEL request MUST NOT be sent; rather, the client
    // MUST wait for the arrival of a provisional response before sending the request."
    if (b.state == Branch::State::proceeding)
        s.layer.cancel(b.client, reason, s.now.mono);
}

} // namespace

void close_branch(State &s, Exchange &e, std::size_t index, Message final, bool local) {
    Branch &b = e.branches[index];
    b.final = std::move(final);
    b.local_final = local;
    b.state = Branch::State::done;
    set_deadline(s, e, index, base::never);
    Call *call = s.find_call(e.call);
    if (e.is_invite() && !e.in_dialog && call != nullptr)
        release_branch(s, *call, call->branches[b.call_branch]);
}

void close_branch_locally(State &s, Exchange &e, std::size_t index, std::uint16_t code,
                          std::string_view warning) {
    auto builder = wire::sip::make_response(e.request, code, {}, s.random.token(10));
    if (!warning.empty())
        builder.add(HeaderId::warning,
                    "399 " + s.identity.host_port(e.flow) + " \"" + std::string(warning) + "\"");
    close_branch(s, e, index, *Message::parse(builder.finish()), true);
}

void set_deadline(State &s, Exchange &e, std::size_t index, base::Time at) {
    Branch &b = e.branches[index];
    b.deadline = at;
    if (at != base::never && b.alarm <= at)
        return; // it rings in time to look again
    s.forget_alarm(b.alarm, {Alarm::Kind::ringing, e.id, index});
    b.alarm = at;
    if (at != base::never)
        s.alarm(at, {Alarm::Kind::ringing, e.id, index});
}

void on_ring_alarm(State &s, Exchange &e, std::size_t index) {
    Branch &b = e.branches[index];
    b.alarm = base::never;
    if (s.now.mono < b.deadline)
        return set_deadline(s, e, index, b.deadline);
    b.timed_out = true;
    cancel_branch(s, e, index, {});
}

/// RFC 3263 section 4.3: after a failure "the client SHOULD create a new request, which is identical to the
/// previous, but has a different value of the Via branch ID than the previous (and therefore constitutes a
/// new SIP transaction). That request is sent to the next element in the list".
bool fail_over(State &s, Exchange &e, std::size_t index, HopFailure how) {
    if (e.state == Exchange::State::answered || !turn_to_next_hop(s, e, index, how))
        return false;
    send(s, e, index);
    return true;
}

void cancel_others(State &s, Exchange &e, std::size_t winner, std::string_view reason) {
    e.targets.clear();
    for (std::size_t i = 0; i < e.branches.size(); ++i)
        if (i != winner)
            cancel_branch(s, e, i, reason);
}

void start_branches(State &s, Exchange &e) {
    e.state = Exchange::State::forwarding;
    int q = e.targets.front().q;
    std::size_t first = e.branches.size();
    auto group_end =
        std::find_if(e.targets.begin(), e.targets.end(), [&](const Target &t) { return t.q != q; });
    for (auto target = e.targets.begin(); target != group_end; ++target) {
        Branch branch;
        branch.key = new_branch_key(s, e);
        branch.target = *target;
        if (e.in_dialog)
            branch.call_branch = e.in_dialog->branch;
        else if (Call *call = s.find_call(e.call))
            branch.call_branch = add_call_branch(s, *call, *target);
        e.branches.push_back(std::move(branch));
        use_connection(s, e, e.branches.size() - 1, target->flow.connection);
    }
    e.targets.erase(e.targets.begin(), group_end);
    for (std::size_t i = first; i < e.branches.size(); ++i)
        start(s, e, i);
    conclude(s, e);
}

void on_request_media(State &s, Exchange &e, std::size_t index, std::optional<std::string_view> reply) {
    Branch &b = e.branches[index];
    if (b.state != Branch::State::waiting_for_breaker)
        return; // Cancelled meanwhile.
    NgReply answer = read_ng_reply(reply);
    bool ack = e.request.method() == Method::ack;
    auto place = place_of(s, e);
    if (answer.sdp.empty() && ack) {
        // Nobody can refuse an ACK: it goes on, and both sides get a BYE.
        if (place)
            place->dialog->media_failed = true;
        send(s, e, index);
        return;
    }
    if (answer.sdp.empty()) {
        close_branch_locally(s, e, index, reply ? 488 : 503, answer.reason);
        conclude(s, e);
        return;
    }
    b.sdp = fit(answer.sdp, e.kind, b.target.kind);
    if (ack && place) {
        place->sending_side().ack_cseq = e.cseq;
        place->sending_side().ack_sdp = *b.sdp;
    }
    send(s, e, index);
}

void cancel(State &s, Exchange &e, std::string_view reason) {
    e.cancelled = true;
    e.targets.clear();
    for (std::size_t i = 0; i < e.branches.size(); ++i)
        cancel_branch(s, e, i, reason);
    if (e.state == Exchange::State::forwarding)
        conclude(s, e);
}

Next forward(State &s, Exchange &e) {
    if (e.is_invite())
        s.exchanges_by_connection.add(e.flow.connection, {e.id});
    e.kind = sender_kind(s, e);
    if (e.call == 0 && forms_dialog(e.request.method()))
        open_call(s, e);
    // JsSIP and its like take the first SDP that comes for the answer; with several branches it might be
    // another's.
    e.hides_early_media =
        e.is_invite() && !e.in_dialog && e.targets.size() > 1 && e.kind == MediaKind::webrtc;
    start_branches(s, e);
    return Next::done;
}

} // namespace cord::engine::proxy
