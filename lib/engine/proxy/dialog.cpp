#include "engine/proxy/dialog.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "engine/proxy/calls.hpp"
#include "engine/proxy/state.hpp"
#include "engine/proxy/way.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

std::vector<std::string> values_of(const Message &m, HeaderId id) {
    std::vector<std::string> out;
    for (const wire::sip::Value &value : m.values(id))
        out.emplace_back(value.text);
    return out;
}

std::string_view header(const Message &m, HeaderId id) { return m.header(id).value_or(""); }

/// A Route of the other side's elements is one above the first that we wrote.
std::vector<std::string> beyond_us(const State &s, std::vector<std::string> record_routes) {
    auto ours = std::find_if(record_routes.begin(), record_routes.end(), [&](const std::string &text) {
        auto address = wire::sip::NameAddr::parse(text);
        return address && s.token_key.open(address->uri.user);
    });
    record_routes.erase(ours, record_routes.end());
    return record_routes;
}

/// The same connection. Where one of them has none, over UDP or on a way not yet opened, the same address:
/// a NAT may have moved the port, and the token was proof enough.
bool same_way(const Flow &a, const Flow &b) {
    if (a.transport != b.transport)
        return false;
    return a.connection != 0 && b.connection != 0 ? a.connection == b.connection : a.remote.ip == b.remote.ip;
}

/// Whether the leg's client has registered over this flow meanwhile.
bool registered_on(const State &s, const Leg &leg, const Flow &flow) {
    auto on_it = [&](const locate::Binding &b) {
        return same_way(b.flow, flow) && locate::slot_of(b) == leg.slot;
    };
    const auto &own = s.table.of(leg.aor), &upstream = s.upstream_clients.of(leg.aor);
    return std::any_of(own.begin(), own.end(), on_it) || std::any_of(upstream.begin(), upstream.end(), on_it);
}

/// Finds the dialog by its tags and with it the direction. A NOTIFY may come before the response that tells
/// the notifier's tag (RFC 6665 section 4.1.2.4): its dialog is made here.
std::optional<InDialog> find_dialog(Call &call, std::uint32_t branch, std::string_view from_tag,
                                    std::string_view to_tag) {
    CallBranch &b = call.branches[branch];
    if (from_tag == call.caller_tag && b.dialog(to_tag) != nullptr)
        return InDialog{call.id, branch, std::string(to_tag), true};
    if (to_tag != call.caller_tag)
        return std::nullopt;
    if (b.dialog(from_tag) == nullptr) {
        if (call.invite || b.dialogs.size() >= base::limits::sip_dialogs)
            return std::nullopt;
        b.dialogs.emplace_back().callee.tag = from_tag;
        b.dialogs.back().confirmed = true;
    }
    return InDialog{call.id, branch, std::string(from_tag), false};
}

/// A new dialog. When there are too many, one that is confirmed takes the place of an early one: else the
/// call could not be answered any more.
Dialog *room_for_dialog(CallBranch &branch, bool confirmed) {
    if (branch.dialogs.size() < base::limits::sip_dialogs)
        return &branch.dialogs.emplace_back();
    auto early = std::find_if(branch.dialogs.begin(), branch.dialogs.end(),
                              [](const Dialog &d) { return !d.confirmed; });
    if (!confirmed || early == branch.dialogs.end())
        return nullptr;
    *early = Dialog();
    return &*early;
}

/// RFC 3261 section 12.2: what every request of a side says anew of it.
void learn_from_request(DialogSide &side, const Exchange &e) {
    side.cseq = std::max(side.cseq, e.cseq);
    side.address = header(e.request, HeaderId::from);
    // Target refresh requests carry the side's Contact.
    if (std::string_view contact = contact_uri(e.request); !contact.empty())
        side.target = contact;
}

} // namespace

std::optional<Place> place_of(State &s, const Exchange &e) {
    if (!e.in_dialog)
        return std::nullopt;
    Call *call = s.find_call(e.in_dialog->call);
    if (call == nullptr)
        return std::nullopt;
    CallBranch &branch = call->branches[e.in_dialog->branch];
    Dialog *dialog = branch.dialog(e.in_dialog->callee_tag);
    if (dialog == nullptr)
        return std::nullopt;
    return Place{call, &branch, dialog, e.in_dialog->from_caller};
}

Next enter_dialog(State &s, Exchange &e, const std::optional<RouteToken> &token) {
    Call *call = token ? s.find_call(token->call) : nullptr;
    if (call == nullptr || token->branch >= call->branches.size() || e.request.call_id() != call->call_id)
        return reply(s, e, 481);
    e.in_dialog = find_dialog(*call, token->branch, e.from.tag(), e.to.tag());
    if (!e.in_dialog)
        return reply(s, e, 481);
    Place place = *place_of(s, e);
    // An ended dialog still passes what belongs to it on the way out: the ACK, a BYE that crosses ours.
    if (place.dialog->ended && e.request.method() != Method::ack && e.request.method() != Method::bye)
        return reply(s, e, 481);
    e.authorized = same_way(place.sender().flow, e.flow) || registered_on(s, place.sender(), e.flow);
    return Next::go_on;
}

bool may_speak_for_leg(State &s, Exchange &e) {
    auto place = place_of(s, e);
    if (!place)
        return false;
    // Nobody can refuse an ACK. It goes on from wherever it came, but nothing is learned from it.
    if (e.request.method() == Method::ack)
        return true;
    // A leg that is no user's, as that of a trunk, is known by its flow alone.
    const std::string &aor = place->sender().aor;
    if (!e.authorized && s.config.authenticate && (aor.empty() || e.authenticated != aor))
        return false;
    if (e.request.method() == Method::notify)
        note_subscription(s, *place->call, e.request);
    learn_from_request(place->sending_side(), e);
    place->sending_side().hung_up |= e.request.method() == Method::bye;
    move_leg(s, *place->call, place->sender(),
             way_to_contact(first_uri(place->sending_side()), way_back(e.request, e.flow)));
    return true;
}

std::string_view first_uri(const DialogSide &side) {
    auto route = wire::sip::NameAddr::parse(side.route.empty() ? std::string_view() : side.route.front());
    return route ? route->uri.text : std::string_view(side.target);
}

Dialog *dialog_of_response(State &s, CallBranch &branch, const Exchange &e, const Message &response) {
    std::string_view tag = wire::sip::to(response)->tag();
    Dialog *dialog = branch.dialog(tag);
    if (dialog == nullptr) {
        dialog = room_for_dialog(branch, response.status() >= 200);
        if (dialog == nullptr)
            return nullptr;
        dialog->caller.tag = e.from.tag();
        dialog->caller.address = header(e.request, HeaderId::from);
        dialog->caller.target = contact_uri(e.request);
        dialog->caller.cseq = e.cseq;
        dialog->caller.route = values_of(e.request, HeaderId::record_route);
        dialog->callee.tag = tag;
        dialog->callee.address = header(response, HeaderId::to);
        dialog->callee.route = beyond_us(s, values_of(response, HeaderId::record_route));
        std::reverse(dialog->callee.route.begin(), dialog->callee.route.end());
    }
    if (std::string_view contact = contact_uri(response); !contact.empty())
        dialog->callee.target = contact;
    return dialog;
}

} // namespace cord::engine::proxy
