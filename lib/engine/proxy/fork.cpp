#include "engine/proxy/fork.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "engine/proxy/best.hpp"
#include "engine/proxy/calls.hpp"
#include "engine/proxy/dialog.hpp"
#include "engine/proxy/failover.hpp"
#include "engine/proxy/media.hpp"
#include "engine/proxy/outgoing.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/state.hpp"
#include "engine/proxy/upstream.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;
using namespace std::chrono_literals;

/// RFC 3261 section 16.6 item 11: timer C "MUST be larger than 3 minutes".
constexpr base::Duration timer_c = 181s;
/// RFC 3326 section 2: so that the phone does not tell of a missed call.
constexpr std::string_view completed_elsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";

bool is_invite(const Exchange &e) { return e.request.method() == Method::invite; }

void close_branch(State &s, Exchange &e, Branch &b, Message final, bool local) {
    b.final = std::move(final);
    b.local_final = local;
    b.state = Branch::State::done;
    b.deadline = base::never;
    Call *call = s.find_call(e.call);
    if (is_invite(e) && !e.in_dialog && call != nullptr)
        release_branch(s, *call, call->branches[b.call_branch]);
}

void close_branch_locally(State &s, Exchange &e, Branch &b, std::uint16_t code,
                          std::string_view warning = {}) {
    auto builder = wire::sip::make_response(e.request, code, {}, s.random.token(10));
    if (!warning.empty())
        builder.add(HeaderId::warning,
                    "399 " + s.identity.host_port(e.flow) + " \"" + std::string(warning) + "\"");
    close_branch(s, e, b, *Message::parse(builder.finish()), true);
}

void set_deadline(State &s, Exchange &e, std::size_t index, base::Time at) {
    e.branches[index].deadline = at;
    s.alarm(at, {Alarm::Kind::ringing, e.id, index});
}

void hang_up_if_media_failed(State &s, const Exchange &e) {
    if (auto place = place_of(s, e); place && place->dialog->media_failed)
        hang_up(s, *place->call, Sides::both, "The media could not be brought across");
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
    if (is_invite(e)) {
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
    case MediaStep::Do::fail: close_branch_locally(s, e, b, 503, step.text); break;
    case MediaStep::Do::replace: b.sdp = std::move(step.text); [[fallthrough]];
    case MediaStep::Do::pass: send(s, e, index);
    }
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

/// Ends one branch that nothing is to come of. RFC 3261 section 9.1: "a CANCEL request SHOULD NOT be sent to
/// cancel a request other than INVITE"; the others end by themselves, soon.
void cancel_branch(State &s, Exchange &e, std::size_t index, std::string_view reason) {
    Branch &b = e.branches[index];
    if (!is_invite(e) || b.cancelled || b.state == Branch::State::done)
        return;
    b.cancelled = true;
    b.cancel_reason = reason;
    if (b.state == Branch::State::waiting_for_breaker) {
        close_branch_locally(s, e, b, 487);
        return;
    }
    // Its transaction ends now, or 64*T1 later.
    b.deadline = base::never;
    // "If no provisional response has been received, the CANCEL request MUST NOT be sent; rather, the client
    // MUST wait for the arrival of a provisional response before sending the request."
    if (b.state == Branch::State::proceeding)
        s.layer.cancel(b.client, reason, s.now.mono);
}

void cancel_others(State &s, Exchange &e, std::size_t winner, std::string_view reason = {}) {
    e.targets.clear();
    for (std::size_t i = 0; i < e.branches.size(); ++i)
        if (i != winner)
            cancel_branch(s, e, i, reason);
}

/// The request has got its final response.
void finish(State &s, Exchange &e, int code) {
    e.state = Exchange::State::answered;
    if (e.request.method() == Method::bye)
        note_bye(s, e, code);
    else
        note_setup_ended(s, e, code);
}

/// Once every branch has ended: the next group of targets, or the best of the final responses.
void conclude(State &s, Exchange &e) {
    bool open = std::any_of(e.branches.begin(), e.branches.end(),
                            [](const Branch &b) { return b.state != Branch::State::done; });
    if (open || e.state == Exchange::State::answered)
        return;
    if (!e.targets.empty() && !e.cancelled) {
        start_branches(s, e);
        return;
    }
    FinalResponse best = best_response(s, e);
    s.respond(e, best.code, std::move(best.bytes));
    finish(s, e, best.code);
}

/// The response as it goes upstream: without our Via, with the SDP that its receiver is to get; an empty one
/// takes the body away.
std::string incoming_response(const State &s, const Exchange &e, const Message &response,
                              std::optional<std::string_view> sdp) {
    wire::sip::Edit edit(response);
    // Section 16.7 item 3: "The proxy removes the topmost Via header field value from the response."
    edit.remove(*response.first_value(HeaderId::via));
    if (e.request.method() == Method::register_)
        restore_contacts(edit, s);
    if (e.hides_early_media && response.status() < 200 && !sdp_of(response).empty())
        sdp = "";
    if (sdp)
        edit.body("application/sdp", *sdp);
    else if (e.flow.is_reliable())
        edit.ensure_content_length();
    return edit.render();
}

void pass_provisional(State &s, Exchange &e, std::size_t index, const Message &response,
                      std::optional<std::string_view> sdp) {
    Branch &b = e.branches[index];
    // Section 16.7 item 2: timer C is reset by provisional responses; the ring timeout is not.
    if (is_invite(e) && !b.cancelled && b.deadline < b.ring_end)
        set_deadline(s, e, index, std::min(b.ring_end, s.now.mono + timer_c));
    if (e.state == Exchange::State::answered)
        return;
    s.respond(e, response.status(), incoming_response(s, e, response, sdp));
    note_ringing(s, e, response);
}

void pass_success(State &s, Exchange &e, std::size_t index, const Message &response,
                  std::optional<std::string_view> sdp) {
    Branch &b = e.branches[index];
    b.state = Branch::State::done;
    b.deadline = base::never;
    // Section 16.7 item 5: a 2xx to an INVITE is always forwarded, also after another; of other requests one.
    if (e.request.method() == Method::register_)
        note_upstream_registration(s, e, response);
    if (e.state != Exchange::State::answered || is_invite(e))
        s.respond(e, response.status(), incoming_response(s, e, response, sdp));
    bool first = e.state != Exchange::State::answered;
    note_answer(s, e, b, response);
    // Section 16.7 item 10: "the proxy MUST generate a CANCEL request for all pending client transactions".
    cancel_others(s, e, index, completed_elsewhere);
    if (first)
        finish(s, e, response.status());
}

void take_failure(State &s, Exchange &e, std::size_t index, const Message &response) {
    Branch &b = e.branches[index];
    if (b.state == Branch::State::done)
        return;
    if (response.status() == 503 && fail_over(s, e, index, refusal(response)))
        return;
    // A branch that we gave up answers our CANCEL with 487: to the caller that is a timeout.
    if (b.timed_out && response.status() == 487)
        close_branch_locally(s, e, b, 408);
    else
        close_branch(s, e, b, response, false);
    // Section 16.7 item 5: on a 6xx "it MUST cancel all client transactions pending for this response
    // context".
    if (response.status() >= 600)
        cancel_others(s, e, index);
    conclude(s, e);
}

void pass(State &s, Exchange &e, std::size_t index, const Message &response,
          std::optional<std::string_view> sdp) {
    if (response.status() >= 300)
        return take_failure(s, e, index, response);
    if (response.status() >= 200)
        return pass_success(s, e, index, response, sdp);
    pass_provisional(s, e, index, response, sdp);
}

/// What is dropped comes again if it matters, a reliable provisional until its PRACK. The first 2xx and a
/// failure are never dropped: nothing else would end the branch.
bool has_room(const Branch &b, int status) {
    constexpr std::size_t room = base::limits::sip_held_responses;
    return status >= 300 || b.held.size() < (status < 200 ? room : 2 * room);
}

/// Handles held responses up to the first that needs the breaker.
void drain(State &s, Exchange &e, std::size_t index) {
    Branch &b = e.branches[index];
    while (!b.held.empty()) {
        const Message response = b.held.front();
        MediaStep step = plan_response(s, e, b, response);
        if (step.what == MediaStep::Do::ask) {
            b.asking = true;
            s.ask_breaker({Question::Kind::response_media, e.id, index}, step.breaker, std::move(step.text));
            return;
        }
        b.held.pop_front();
        bool replace = step.what == MediaStep::Do::replace;
        pass(s, e, index, response, replace ? std::optional<std::string_view>(step.text) : std::nullopt);
    }
}

} // namespace

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
        close_branch_locally(s, e, b, reply ? 488 : 503, answer.reason);
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

void on_response_media(State &s, Exchange &e, std::size_t index, std::optional<std::string_view> reply) {
    Branch &b = e.branches[index];
    b.asking = false;
    Message response = b.held.front();
    b.held.pop_front();
    NgReply answer = read_ng_reply(reply);
    std::optional<std::string> sdp;
    if (!answer.sdp.empty()) {
        sdp = fit(answer.sdp, b.target.kind, e.kind);
        if (b.translated.size() < base::limits::sip_dialogs)
            b.translated[std::string(wire::sip::to(response)->tag())] = *sdp;
    } else if (response.status() >= 200) {
        note_media_failure(s, e, b, response);
    } else {
        sdp = ""; // It can do without, and what cannot cross must not be taken for the answer.
    }
    pass(s, e, index, response, sdp);
    drain(s, e, index);
}

void on_response(State &s, Exchange &e, std::size_t index, const Message &response) {
    Branch &b = e.branches[index];
    if (response.status() < 200 && b.state == Branch::State::calling) {
        b.state = Branch::State::proceeding;
        if (b.cancelled)
            s.layer.cancel(b.client, b.cancel_reason, s.now.mono);
    }
    // Section 16.7 item 5: a 100 is never forwarded.
    if (response.status() == 100)
        return;
    if (!has_room(b, response.status()) || !note_dialog(s, e, b, response)) {
        ++s.counts["responses_dropped"];
        return;
    }
    b.held.push_back(response);
    if (!b.asking)
        drain(s, e, index);
}

void on_branch_failure(State &s, Exchange &e, std::size_t index, std::uint16_t code) {
    Branch &b = e.branches[index];
    if (b.state == Branch::State::done || fail_over(s, e, index, code == 408 ? silence : breakage))
        return;
    close_branch_locally(s, e, b, b.timed_out ? 408 : b.cancelled ? 487 : code);
    conclude(s, e);
}

void on_ring_timeout(State &s, Exchange &e, std::size_t index) {
    Branch &b = e.branches[index];
    b.timed_out = true;
    cancel_branch(s, e, index, {});
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
    if (is_invite(e))
        s.exchanges_by_connection.add(e.flow.connection, {e.id});
    e.kind = sender_kind(s, e);
    if (e.call == 0 && forms_dialog(e.request.method()))
        open_call(s, e);
    // JsSIP and its like take the first SDP that comes for the answer; with several branches it might be
    // another's.
    e.hides_early_media = is_invite(e) && !e.in_dialog && e.targets.size() > 1 && e.kind == MediaKind::webrtc;
    start_branches(s, e);
    return Next::done;
}

} // namespace cord::engine::proxy
