#include "engine/proxy/calls.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/proxy/accounting.hpp"
#include "engine/proxy/dialog.hpp"
#include "engine/proxy/fork.hpp"
#include "engine/proxy/media.hpp"
#include "engine/proxy/quality.hpp"
#include "engine/proxy/state.hpp"
#include "engine/proxy/way.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;
using namespace std::chrono_literals;

/// A call of which no message was heard for so long is hung up; the state of another dialog is dropped, once
/// what was subscribed to has run out.
constexpr base::Duration call_silence = 12h;
constexpr base::Duration dialog_silence = 2h;
/// The longest subscription that is believed in; one of a week is refreshed before.
constexpr base::Duration longest_subscription = 7 * 24h;

constexpr Reason connection_lost{480, "Connection of the other side was lost"};
constexpr Reason never_heard_of{480, "Nothing was heard of this call"};

void watch_idle(State &s, Call &call) {
    call.idle_alarm = call.idle_deadline;
    s.alarm(call.idle_alarm, {Alarm::Kind::idle, call.id, 0});
}

/// What is kept of it is told again once the input at work is done.
void note_change(State &s, const Call &call) {
    if (s.config.keep_calls)
        s.changed_calls.insert(call.id);
}

void touch(State &s, Call &call) {
    note_change(s, call);
    call.idle_deadline =
        std::max(s.now.mono, call.subscribed_until) + (call.invite ? call_silence : dialog_silence);
    if (call.idle_alarm == base::never)
        watch_idle(s, call);
}

Event::Fields fields_of(const Call &call) {
    return {{"id", fmt::format("{:x}", call.id)},
            {"call_id", call.call_id},
            {"from", call.from},
            {"to", call.to}};
}

/// The caller's slot: that of the binding it calls from, else its Contact.
std::string slot_of_sender(const State &s, const Exchange &e) {
    const Flow back = way_back(e.request, e.flow);
    for (const auto *bindings : {&s.table.of(e.sender), &s.upstream_clients.of(e.sender)})
        for (const locate::Binding &b : *bindings)
            if (b.flow.connection == back.connection && b.flow.remote == back.remote)
                return locate::slot_of(b);
    return fmt::format("{} {}", e.sender, contact_uri(e.request));
}

void index_leg(State &s, const Leg &leg) {
    s.legs_by_slot.add(leg.slot, leg.member);
    s.legs_by_connection.add(leg.flow.connection, leg.member);
}

void forget_leg(State &s, const Leg &leg) {
    s.legs_by_slot.remove(leg.slot, leg.member);
    s.legs_by_connection.remove(leg.flow.connection, leg.member);
}

void lose_leg(State &s, Leg &leg) {
    leg.lost = s.now.mono;
    s.alarm(s.now.mono + s.config.grace, {Alarm::Kind::grace, leg.member.id, 0});
}

Leg &leg_of(Call &call, const Member &member) {
    return member.branch == Member::no_branch ? call.caller : call.branches[member.branch].callee;
}

/// Where the leg's client listens, as its dialogs say, the living before others; nothing before there is one.
std::string_view place_of_leg(const Call &call, const Member &member) {
    std::string_view place;
    for (std::size_t i = 0; i < call.branches.size(); ++i)
        for (const Dialog &dialog : call.branches[i].dialogs) {
            bool own = member.branch == Member::no_branch || member.branch == i;
            if (own && (place.empty() || dialog.is_live()))
                place = first_uri(member.branch == Member::no_branch ? dialog.caller : dialog.callee);
        }
    return place;
}

CallEnd end_of(const State &s, const Call &call, std::string_view by, int code) {
    auto fields = fields_of(call);
    auto talked = call.answered ? s.now.mono - *call.answered : base::Duration::zero();
    fields.emplace_back("duration", std::chrono::duration<double>(talked).count());
    fields.emplace_back("ended_by", std::string(by));
    fields.emplace_back("code", std::int64_t{code});
    fields.emplace_back("codecs", call.codecs);
    return {call.caller_tag, std::move(fields)};
}

/// Tells that a call is over and forgets it. The reference is dead after that.
void end_call(State &s, Call &call, std::string_view by, int code) {
    if (call.invite && (s.config.events || call.is_bridged()))
        tell_end(s, call, end_of(s, call, by, code));
    note_change(s, call);
    s.forget_alarm(call.idle_alarm, {Alarm::Kind::idle, call.id, 0});
    forget_leg(s, call.caller);
    for (const CallBranch &branch : call.branches)
        forget_leg(s, branch.callee);
    s.calls.erase(call.id);
}

/// RFC 6665 sections 4.2.1.1 and 4.1.3: the Expires of a 2xx, the expires parameter of a Subscription-State.
std::optional<std::uint64_t> subscription_seconds(const Message &message) {
    if (auto expires = wire::sip::expires(message); expires && *expires)
        return *expires;
    std::string_view state = message.header(HeaderId::subscription_state).value_or("");
    auto params = wire::sip::Params::parse_header(state.substr(std::min(state.find(';'), state.size())));
    auto value = params ? params->value("expires") : std::nullopt;
    return value ? base::to_uint(*value, UINT32_MAX) : std::nullopt;
}

/// RFC 3262 section 5: an INVITE without SDP may be answered with an offer in a reliable provisional
/// response.
void note_offer(Dialog &dialog, const Message &request, const Message &response) {
    if (request.method() == Method::invite && !sdp_of(response).empty())
        dialog.early_offer = response.status() < 200 && sdp_of(request).empty();
}

bool can_go_on(const State &s, const Call &call) {
    return s.can_send(call.caller.flow.transport) &&
           std::all_of(call.branches.begin(), call.branches.end(), [&](const CallBranch &b) {
               return s.can_send(b.callee.flow.transport) &&
                      (!b.bridge || b.bridge->breaker < s.config.breakers);
           });
}

/// Its socket is the one bound to the same address now, or any other of the transport.
void adopt_leg(State &s, Leg &leg) {
    const std::vector<Listener> &all = s.config.listeners;
    auto best = all.end();
    for (auto l = all.begin(); l != all.end(); ++l)
        if (l->transport == leg.flow.transport && (best == all.end() || l->local.port == leg.flow.local.port))
            best = l;
    leg.flow.listener = static_cast<std::uint16_t>(best - all.begin());
    leg.flow.local.port = best->local.port;
    index_leg(s, leg);
    if (leg.flow.is_reliable() && !leg.aor.empty())
        lose_leg(s, leg);
}

/// A target refresh in the response of a re-INVITE or UPDATE.
void note_refresh(const Place &place, const Message &response) {
    if (std::string_view contact = contact_uri(response); !contact.empty())
        (place.from_caller ? place.dialog->callee : place.dialog->caller).target = contact;
}

} // namespace

void open_call(State &s, Exchange &e) {
    std::uint64_t id = s.new_id();
    Call &call = s.calls[id];
    call.id = id;
    call.began = s.now.mono;
    call.call_id = e.request.call_id();
    call.from = wire::sip::aor_key(e.from.uri);
    call.to = wire::sip::aor_key(e.to.uri);
    call.invite = e.request.method() == Method::invite;
    call.caller_tag = e.from.tag();
    call.caller = {e.sender, slot_of_sender(s, e), way_to_sender(e.request, e.flow), e.kind};
    call.caller.member = {id};
    index_leg(s, call.caller);
    call.setup = e.id;
    e.call = id;
    touch(s, call);
    if (call.invite) {
        ++s.counts["calls"];
        s.tell("call-start", [&] { return fields_of(call); });
    }
}

bool adopt_call(State &s, Call call) {
    call.caller.member = {call.id};
    for (std::uint32_t number = 0; number < call.branches.size(); ++number)
        call.branches[number].callee.member = {call.id, number};
    if (call.id == 0 || s.calls.contains(call.id) || !call.has_live_dialog() || !can_go_on(s, call))
        return false;
    s.last_id = std::max(s.last_id, call.id);
    Call &adopted = s.calls[call.id] = std::move(call);
    adopt_leg(s, adopted.caller);
    for (CallBranch &branch : adopted.branches)
        adopt_leg(s, branch.callee);
    touch(s, adopted);
    return true;
}

std::uint32_t add_call_branch(State &s, Call &call, const Target &target) {
    auto number = static_cast<std::uint32_t>(call.branches.size());
    Leg &callee = call.branches.emplace_back().callee;
    callee = {target.aor, target.slot, target.flow, target.kind};
    callee.trunk = target.trunk;
    callee.member = {call.id, number};
    index_leg(s, callee);
    return number;
}

bool note_dialog(State &s, const Exchange &e, const Branch &b, const Message &response) {
    Call *call = s.find_call(e.call);
    if (call == nullptr || response.status() >= 300)
        return true;
    if (e.request.method() == Method::subscribe)
        note_subscription(s, *call, response);
    touch(s, *call);
    if (e.in_dialog) {
        if (auto place = place_of(s, e)) {
            note_refresh(*place, response);
            note_offer(*place->dialog, e.request, response);
        }
        return true;
    }
    if (wire::sip::to(response)->tag().empty())
        return true;
    CallBranch &branch = call->branches[b.call_branch];
    Dialog *dialog = dialog_of_response(s, branch, e, response);
    if (dialog == nullptr)
        return false;
    if (response.status() >= 200)
        dialog->confirmed = true;
    branch.callee.flow = way_to_contact(first_uri(dialog->callee), branch.callee.flow);
    note_offer(*dialog, e.request, response);
    return true;
}

void note_subscription(State &s, Call &call, const Message &message) {
    if (auto seconds = subscription_seconds(message)) {
        auto granted = std::min<base::Duration>(std::chrono::seconds(*seconds), longest_subscription);
        call.subscribed_until = std::max(call.subscribed_until, s.now.mono + granted);
    }
}

void note_ringing(State &s, const Exchange &e, const Message &response) {
    Call *call = s.find_call(e.call);
    if (call == nullptr || e.in_dialog || call->ringing || !call->invite || response.status() < 180)
        return;
    call->ringing = true;
    s.tell("call-ringing", [&] {
        auto fields = fields_of(*call);
        fields.emplace_back("code", std::int64_t{response.status()});
        return fields;
    });
}

void note_answer(State &s, const Exchange &e, const Branch &b, const Message &response) {
    Call *call = s.find_call(e.call);
    if (call == nullptr || e.in_dialog || !call->invite || call->answered)
        return;
    call->answered = s.now.mono;
    call->codecs = codec_names(sdp_of(response));
    note_change(s, *call);
    s.tell("call-answer", [&] {
        auto fields = fields_of(*call);
        fields.emplace_back("answered_by", b.target.aor);
        fields.emplace_back("bridged", call->branches[b.call_branch].bridge.has_value());
        fields.emplace_back("codecs", call->codecs);
        return fields;
    });
}

void note_media_failure(State &s, const Exchange &e, const Branch &b, const Message &response) {
    if (Call *call = s.find_call(e.call))
        if (Dialog *dialog = call->branches[b.call_branch].dialog(wire::sip::to(response)->tag()))
            dialog->media_failed = true;
}

void note_setup_ended(State &s, const Exchange &e, int code) {
    Call *call = s.find_call(e.call);
    if (call == nullptr || e.in_dialog)
        return;
    call->setup = 0;
    if (!call->has_live_dialog())
        return end_call(s, *call, e.cancelled ? "caller" : code == 408 ? "proxy" : "callee", code);
    // What was lost while it rang is lost for good by now, perhaps.
    on_grace_over(s, call->id);
}

void note_bye(State &s, const Exchange &e, int code) {
    auto place = place_of(s, e);
    if (!place)
        return;
    // A challenge is not the end: the BYE comes again with credentials.
    if (code == 401 || code == 407)
        place->sending_side().hung_up = false;
    else
        end_dialog(s, *place->call, *place->dialog, place->from_caller ? "caller" : "callee");
}

void end_dialog(State &s, Call &call, Dialog &dialog, std::string_view by) {
    dialog.ended = true;
    if (call.setup == 0 && !call.has_live_dialog())
        end_call(s, call, by, 200);
}

void move_leg(State &s, Call &call, Leg &leg, const Flow &flow) {
    s.legs_by_connection.remove(leg.flow.connection, leg.member);
    leg.flow = flow;
    leg.lost.reset();
    s.legs_by_connection.add(flow.connection, leg.member);
    touch(s, call);
}

void turn_leg(State &s, Call &call, Leg &leg, const Target &target) {
    s.legs_by_slot.remove(leg.slot, leg.member);
    leg.slot = target.slot;
    s.legs_by_slot.add(leg.slot, leg.member);
    move_leg(s, call, leg, target.flow);
}

void move_legs(State &s, const locate::Binding &client) {
    for (const Member &member : s.legs_by_slot.of(locate::slot_of(client))) {
        Call &call = s.calls.at(member.id);
        std::string_view place = place_of_leg(call, member);
        move_leg(s, call, leg_of(call, member),
                 way_to_contact(place.empty() ? client.contact : place, client.flow));
    }
}

void lose_legs(State &s, const Flow &flow) {
    for (const Member &member : s.legs_by_connection.of(flow.connection)) {
        if (Leg &leg = leg_of(s.calls.at(member.id), member); !leg.lost)
            lose_leg(s, leg);
    }
}

void on_grace_over(State &s, std::uint64_t id) {
    Call *call = s.find_call(id);
    if (call == nullptr)
        return;
    auto gone = [&](const Leg &leg) { return leg.lost && s.now.mono >= *leg.lost + s.config.grace; };
    bool callee_gone = std::any_of(call->branches.begin(), call->branches.end(), [&](const CallBranch &b) {
        return gone(b.callee) && b.has_live_dialog();
    });
    if (gone(call->caller))
        hang_up(s, *call, Sides::callee, connection_lost);
    else if (callee_gone)
        hang_up(s, *call, Sides::caller, connection_lost);
}

void on_idle(State &s, std::uint64_t id) {
    Call *call = s.find_call(id);
    if (call == nullptr)
        return;
    if (s.now.mono < call->idle_deadline)
        watch_idle(s, *call);
    else
        hang_up(s, *call, Sides::both, never_heard_of);
}

void hang_up(State &s, Call &call, Sides sides, const Reason &reason) {
    std::string_view by = "proxy";
    for (CallBranch &branch : call.branches)
        for (Dialog &dialog : branch.dialogs) {
            if (!call.invite || !dialog.is_live())
                continue;
            if (sides != Sides::caller)
                send_bye(s, call, dialog.caller, dialog.callee, branch.callee.flow, reason,
                         branch.cseq_shift);
            if (sides != Sides::callee)
                send_bye(s, call, dialog.callee, dialog.caller, call.caller.flow, reason);
            account_bye(s, call, dialog, reason.text);
            dialog.ended = true;
            // Whose BYE the other side leaves unanswered has ended it all the same.
            if (dialog.caller.hung_up || dialog.callee.hung_up)
                by = dialog.caller.hung_up ? "caller" : "callee";
        }
    // The INVITE at work needs its call, which ends with it.
    if (auto setup = s.exchanges.find(call.setup); setup != s.exchanges.end())
        return cancel(s, setup->second);
    end_call(s, call, by, by == "proxy" ? 0 : 200);
}

} // namespace cord::engine::proxy
