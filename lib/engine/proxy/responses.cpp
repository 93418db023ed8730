#include "engine/proxy/responses.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "engine/proxy/accounting.hpp"
#include "engine/proxy/best.hpp"
#include "engine/proxy/calls.hpp"
#include "engine/proxy/failover.hpp"
#include "engine/proxy/fork.hpp"
#include "engine/proxy/media.hpp"
#include "engine/proxy/not_acceptable.hpp"
#include "engine/proxy/outgoing.hpp"
#include "engine/proxy/redirect.hpp"
#include "engine/proxy/refusal.hpp"
#include "engine/proxy/state.hpp"
#include "engine/proxy/trunks.hpp"
#include "engine/proxy/upstream_register.hpp"
#include "engine/proxy/voicemail.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

/// RFC 3326 section 2: so that the phone does not tell of a missed call.
constexpr std::string_view completed_elsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";

/// The request has got its final response.
void finish(State &s, Exchange &e, int code) {
    e.state = Exchange::State::answered;
    if (e.request.method() == Method::bye)
        note_bye(s, e, code);
    else
        note_setup_ended(s, e, code);
}

/// The response as it goes upstream: without our Via, with the SDP that its receiver is to get; an empty one
/// takes the body away.
std::string incoming_response(const State &s, const Exchange &e, const Branch &b, const Message &response,
                              std::optional<std::string_view> sdp) {
    wire::sip::Edit edit(response);
    restore_cseq(edit, e, b);
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

void forward_response(State &s, const Exchange &e, const Branch &b, const Message &response,
                      std::optional<std::string_view> sdp) {
    s.count("responses_forwarded");
    s.respond(e, response.status(), incoming_response(s, e, b, response, sdp));
}

void pass_provisional(State &s, Exchange &e, std::size_t index, const Message &response,
                      std::optional<std::string_view> sdp) {
    Branch &b = e.branches[index];
    // Section 16.7 item 2: timer C is reset by provisional responses; the ring timeout is not.
    if (e.is_invite() && !b.cancelled && b.deadline < b.ring_end)
        set_deadline(s, e, index, std::min(b.ring_end, s.now.mono + timer_c));
    // RFC 4320 section 4.1: "A SIP element MUST NOT send any provisional response with a Status-Code other
    // than 100 to a non-INVITE request."
    if (e.state == Exchange::State::answered || !e.is_invite())
        return;
    // What the caller has heard of one trunk no other can take back.
    if (!b.target.trunk.empty() && !sdp_of(response).empty())
        e.targets.clear();
    forward_response(s, e, b, response, sdp);
    note_ringing(s, e, response);
}

void pass_success(State &s, Exchange &e, std::size_t index, const Message &response,
                  std::optional<std::string_view> sdp) {
    Branch &b = e.branches[index];
    b.state = Branch::State::done;
    set_deadline(s, e, index, base::never);
    // Section 16.7 item 5: a 2xx to an INVITE is always forwarded, also after another; of other requests one.
    if (e.request.method() == Method::register_)
        note_upstream_registration(s, e, response);
    if (e.state != Exchange::State::answered || e.is_invite())
        forward_response(s, e, b, response, sdp);
    bool first = e.state != Exchange::State::answered;
    note_answer(s, e, b, response);
    // Section 16.7 item 10: "the proxy MUST generate a CANCEL request for all pending client transactions".
    cancel_others(s, e, index, completed_elsewhere);
    if (first) {
        account(s, e, response.status(), response.reason(), wire::sip::to(response)->tag());
        finish(s, e, response.status());
    }
}

void take_failure(State &s, Exchange &e, std::size_t index, const Message &response) {
    Branch &b = e.branches[index];
    if (b.state == Branch::State::done)
        return;
    if (response.status() == 503 && fail_over(s, e, index, refusal(response)))
        return;
    // RFC 5626 section 7: on a 430 "the proxy SHOULD replace the failed branch with another target [...] with
    // the same AOR and instance-id, but with a different reg-id".
    if (response.status() == 430 && change_flow(s, e, index))
        return;
    if (answer_challenge(s, e, index, response) || follow_redirect(s, e, index, response))
        return;
    settle_trunks(e, b, response.status());
    note_refused_offer(s, e, b, response);
    // A branch that we gave up answers our CANCEL with 487: to the caller that is a timeout.
    if (b.timed_out && response.status() == 487)
        close_branch_locally(s, e, index, 408);
    else if (!b.target.trunk.empty() && (response.status() == 401 || response.status() == 407))
        // It speaks to us; the caller would answer with a password of ours.
        close_branch_locally(s, e, index, 500, "The trunk does not take our credentials");
    else
        close_branch(s, e, index, response, false);
    // Section 16.7 item 5: on a 6xx "it MUST cancel all client transactions pending for this response
    // context".
    if (response.status() >= 600)
        cancel_others(s, e, index, {});
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
        b.held.erase(b.held.begin());
        bool replace = step.what == MediaStep::Do::replace;
        pass(s, e, index, response, replace ? std::optional<std::string_view>(step.text) : std::nullopt);
    }
}

} // namespace

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
    if (turn_to_mailbox(s, e, best.code)) {
        start_branches(s, e);
        return;
    }
    // RFC 4320 section 4.2: "A transaction-stateful SIP element MUST NOT send a response with Status-Code of
    // 408 to a non-INVITE request." It came too late in any case.
    if (best.code == 408 && !e.is_invite())
        s.layer.abandon(e.server);
    else
        s.respond(e, best.code, std::move(best.bytes));
    s.count(best.local ? "replies" : "responses_forwarded");
    account(s, e, best.code, best.reason, best.to_tag);
    if (best.local)
        note_refusal(s, e, best.code, {});
    finish(s, e, best.code);
}

void on_response_media(State &s, Exchange &e, std::size_t index, std::optional<std::string_view> reply) {
    Branch &b = e.branches[index];
    b.asking = false;
    Message response = b.held.front();
    b.held.erase(b.held.begin());
    NgReply answer = read_ng_reply(reply);
    std::optional<std::string> sdp;
    if (!answer.sdp.empty()) {
        sdp = fit(answer.sdp, b.target.kind, e.kind);
        if (b.translated.size() < base::limits::sip_dialogs)
            b.translated[std::string(wire::sip::to(response)->tag())] = *sdp;
    } else if (response.status() >= 200) {
        note_media_failure(s, e, b, response);
        explain_refusal(s, e, e.in_dialog && !e.in_dialog->from_caller, sdp_of(response), 480, answer.reason);
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
    if (b.state == Branch::State::done || change_flow(s, e, index) ||
        fail_over(s, e, index, code == 408 ? silence : breakage))
        return;
    settle_trunks(e, b, code);
    // Section 16.9: "If the transport layer notifies a proxy of an error when it tries to forward a request
    // [...], the proxy MUST behave as if the forwarded request received a 503": section 16.7 item 6 makes a
    // 500 of that.
    close_branch_locally(s, e, index, b.timed_out ? 408 : b.cancelled ? 487 : code == 503 ? 500 : code);
    conclude(s, e);
}

} // namespace cord::engine::proxy
