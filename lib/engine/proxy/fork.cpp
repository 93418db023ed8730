#include "engine/proxy/fork.hpp"

#include <algorithm>

#include "engine/proxy/calls.hpp"
#include "engine/proxy/dialog.hpp"
#include "engine/proxy/media.hpp"
#include "engine/proxy/not_acceptable.hpp"
#include "engine/proxy/outgoing.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/responses.hpp"
#include "engine/proxy/state.hpp"
#include "engine/proxy/trunks.hpp"
#include "engine/proxy/voicemail.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

/// RFC 3261 section 25.1: a quoted-string.
std::string quoted(std::string_view text) {
    std::string out(1, '"');
    for (char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out += '"';
}

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

/// Its next hop is known: what of it concerns media is asked, and it goes on.
void start_at_hop(State &s, Exchange &e, std::size_t index) {
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

/// A call that begins is not bound to a breaker that gives no answer: the next one is asked.
bool turn_to_next_breaker(State &s, Exchange &e, std::size_t index) {
    Branch &b = e.branches[index];
    Call *call = s.find_call(e.call);
    if (e.in_dialog || call == nullptr || ++b.silent_breakers >= s.config.breakers)
        return false;
    release_branch(s, *call, call->branches[b.call_branch]); // it may hear of that, and have acted before
    call->breaker.reset();
    start_at_hop(s, e, index);
    conclude(s, e);
    return true;
}

void start(State &s, Exchange &e, std::size_t index) {
    Branch &b = e.branches[index];
    if (!b.target.destination)
        return start_at_hop(s, e, index);
    b.state = Branch::State::locating;
    s.ask_next_hops({Question::Kind::next_hops, e.id, index}, *b.target.destination);
}

/// RFC 5393 section 5.3.3: what is not said, and more than this, counts as this. "RECOMMENDED to be 60".
std::uint32_t incoming_breadth(const Message &request) {
    constexpr std::uint32_t most = 60;
    auto said = wire::sip::max_breadth(request);
    return said ? std::min(said->value_or(most), most) : most;
}

/// "SIP proxies MUST NOT allow the Outgoing Max-Breadth to exceed the Incoming Max-Breadth in a given
/// response context." What is left of it is shared among the branches that begin.
void share_breadth(Exchange &e, std::size_t first, std::uint32_t left) {
    const auto count = static_cast<std::uint32_t>(e.branches.size() - first);
    for (std::uint32_t i = 0; i < count; ++i)
        e.branches[first + i].breadth = left / count + (i < left % count ? 1 : 0);
}

/// A branch counts for as long as it awaits its final response.
std::uint32_t breadth_left(const Exchange &e) {
    std::uint32_t used = 0;
    for (const Branch &b : e.branches)
        used += b.state == Branch::State::done ? 0 : b.breadth;
    return e.breadth - used;
}

/// In a dialog with a trunk that asked for credentials.
std::uint32_t cseq_shift(State &s, const Exchange &e) {
    auto place = place_of(s, e);
    return place && place->from_caller ? place->branch->cseq_shift : 0;
}

/// The targets at the front that are tried at once.
std::size_t group_size(const std::vector<Target> &targets, std::size_t from) {
    std::size_t end = from;
    while (end < targets.size() && targets[end].q == targets[from].q)
        ++end;
    return end - from;
}

bool is_too_wide(const Exchange &e) {
    for (std::size_t at = 0; at < e.targets.size(); at += group_size(e.targets, at))
        if (group_size(e.targets, at) > e.breadth)
            return true;
    return false;
}

/// Ends one branch that nothing is to come of. RFC 3261 section 9.1: "a CANCEL request SHOULD NOT be sent to
/// cancel a request other than INVITE"; the others end by themselves, soon.
void cancel_branch(State &s, Exchange &e, std::size_t index, std::string_view reason) {
    Branch &b = e.branches[index];
    if (!e.is_invite() || b.cancelled || b.state == Branch::State::done)
        return;
    b.cancelled = true;
    b.cancel_reason = reason;
    if (b.state == Branch::State::locating || b.state == Branch::State::waiting_for_breaker) {
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

void close_branch(State &s, Exchange &e, std::size_t index, std::optional<Message> final, bool local) {
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
        builder.add(HeaderId::warning, "399 " + s.identity.host_port(e.flow) + " " + quoted(warning));
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

bool change_flow(State &s, Exchange &e, std::size_t index) {
    if (e.state == Exchange::State::answered || !turn_to_next_flow(s, e, index))
        return false;
    send(s, e, index);
    return true;
}

bool answer_challenge(State &s, Exchange &e, std::size_t index, const Message &response) {
    if (e.state == Exchange::State::answered || !take_challenge(s, e, index, response))
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
    std::size_t first = e.branches.size();
    const std::uint32_t breadth = breadth_left(e);
    auto group_end = e.targets.begin() +
                     static_cast<std::ptrdiff_t>(std::min<std::size_t>(group_size(e.targets, 0), breadth));
    for (auto target = e.targets.begin(); target != group_end; ++target) {
        Branch branch;
        branch.key = new_branch_key(s, e);
        branch.target = *target;
        if (e.in_dialog) {
            branch.call_branch = e.in_dialog->branch;
            branch.cseq_shift = cseq_shift(s, e);
        } else if (Call *call = s.find_call(e.call))
            branch.call_branch = add_call_branch(s, *call, *target);
        e.branches.push_back(std::move(branch));
        use_connection(s, e, e.branches.size() - 1, target->flow.connection);
    }
    e.targets.erase(e.targets.begin(), group_end);
    share_breadth(e, first, breadth);
    for (std::size_t i = first; i < e.branches.size(); ++i)
        start(s, e, i);
    conclude(s, e);
}

void on_next_hops(State &s, Exchange &e, std::size_t index, std::vector<NextHop> hops) {
    Branch &b = e.branches[index];
    if (b.state != Branch::State::locating)
        return; // Cancelled meanwhile.
    if (e.state == Exchange::State::answered)
        return close_branch_locally(s, e, index, 487);
    std::erase_if(hops, [&](const NextHop &next) { return !s.listener_to(next); });
    if (hops.empty()) {
        close_branch_locally(s, e, index, 503, "The next hop was not found");
        conclude(s, e);
        return;
    }
    if (e.to_upstream)
        s.upstream_found = {*b.target.destination, hops};
    if (!b.target.trunk.empty())
        s.errands.places[b.target.trunk] = hops;
    s.dead_hops.put_last(hops, s.now.mono);
    lead_to_hops(s, e, index, std::move(hops));
    start_at_hop(s, e, index);
    conclude(s, e);
}

void on_request_media(State &s, Exchange &e, std::size_t index, std::optional<std::string_view> reply) {
    Branch &b = e.branches[index];
    if (b.state != Branch::State::waiting_for_breaker)
        return; // Cancelled meanwhile.
    NgReply answer = read_ng_reply(reply);
    const bool unavailable = !reply || answer.busy;
    if (unavailable && turn_to_next_breaker(s, e, index))
        return;
    bool ack = e.request.method() == Method::ack;
    const std::string_view offered = sdp_of(e.request);
    const bool callers = !e.in_dialog || e.in_dialog->from_caller;
    if (!ack && is_left_empty(offered, answer.sdp))
        answer = {{}, "nothing is left of it that the other side could use"};
    auto place = place_of(s, e);
    if (answer.sdp.empty() && ack) {
        // Nobody can refuse an ACK: it goes on, and both sides get a BYE.
        if (place)
            place->dialog->media_failed = true;
        explain_refusal(s, e, callers, offered, 480, answer.reason);
        send(s, e, index);
        return;
    }
    if (answer.sdp.empty()) {
        if (!unavailable)
            answer.reason = explain_refusal(s, e, callers, offered, 488, answer.reason);
        close_branch_locally(s, e, index, unavailable ? 503 : 488, answer.reason);
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
    e.breadth = incoming_breadth(e.request);
    // "If a SIP proxy determines a response context has insufficient Incoming Max-Breadth to carry out a
    // desired parallel fork, and the proxy is unwilling/unable to compensate by forking serially or sending a
    // redirect, that proxy MUST return a 440 (Max-Breadth Exceeded) response."
    if (is_too_wide(e))
        return reply(s, e, 440);
    if (e.is_invite())
        s.exchanges_by_connection.add(e.flow.connection, {e.id});
    e.kind = sender_kind(s, e);
    if (e.call == 0 && forms_dialog(e.request.method()))
        open_call(s, e);
    // JsSIP and its like take the first SDP that comes for the answer; with several branches it might be
    // another's.
    const bool several = (e.targets.size() > 1 && !e.dials_out) || (has_mailbox(s, e) && !e.diverted);
    e.hides_early_media = e.is_invite() && !e.in_dialog && several && e.kind == MediaKind::webrtc;
    start_branches(s, e);
    return Next::done;
}

} // namespace cord::engine::proxy
