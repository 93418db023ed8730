#include "engine/proxy/locate.hpp"

#include <algorithm>

#include "engine/proxy/calls.hpp"
#include "engine/proxy/dialog.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/upstream.hpp"
#include "engine/proxy/way.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::Method;

Target target_of(const locate::Binding &binding) {
    Target target;
    target.uri = binding.contact;
    target.flow = way_to_contact(binding.contact, binding.flow);
    target.route = binding.path;
    target.aor = locate::aor_key(binding);
    target.slot = locate::slot_of(binding);
    target.kind = transaction::is_websocket(binding.flow.transport) ? MediaKind::webrtc : MediaKind::plain;
    target.q = std::min(binding.q, 1000); // without q as with the highest: they ring together
    return target;
}

Next locate_in_dialog(State &s, Exchange &e) {
    Place place = *place_of(s, e);
    Leg &leg = place.receiver();
    if (leg.lost) {
        if (e.request.method() == Method::bye)
            end_dialog(s, *place.call, *place.dialog, place.from_caller ? "caller" : "callee");
        return reply(s, e, 480, "Connection Lost");
    }
    Target target;
    target.uri = e.request.request_uri();
    target.flow = leg.flow;
    target.aor = leg.aor;
    target.slot = leg.slot;
    target.kind = leg.kind;
    e.call = e.in_dialog->call;
    e.targets.push_back(std::move(target));
    return Next::go_on;
}

Next locate_next_hop(Exchange &e) {
    Target target;
    target.uri = e.request.request_uri();
    target.destination = *e.next_hop;
    e.targets.push_back(std::move(target));
    return Next::go_on;
}

/// Nobody is there: 480 for a user that exists, 404 for one that does not (RFC 3261 section 16.5).
Next answer_absent(State &s, Exchange &e, std::string_view user) {
    if (!s.config.authenticate)
        return reply(s, e, 480);
    // What was asked before was about the sender.
    if (!e.asked_for_callee) {
        e.asked_for_callee = true;
        s.ask_user(e, user, *e.domain);
        return Next::wait;
    }
    return reply(s, e, e.user->status == UserAnswer::Status::unknown ? 404 : 480);
}

} // namespace

std::vector<Target> targets_of(const State &s, std::string_view user, std::string_view domain) {
    std::vector<Target> targets;
    for (const locate::Binding &binding : s.table.reachable(locate::aor_key(user, domain), s.now.unix))
        targets.push_back(target_of(binding));
    return targets;
}

Next locate_targets(State &s, Exchange &e) {
    if (e.in_dialog)
        return locate_in_dialog(s, e);
    if (e.request.method() == Method::ack)
        return Next::done;
    if (!e.client.empty())
        return locate_client(s, e);
    if (e.next_hop)
        return locate_next_hop(e);
    std::string user = wire::sip::unescape(e.uri.user);
    e.targets = targets_of(s, user, *e.domain);
    return e.targets.empty() ? answer_absent(s, e, user) : Next::go_on;
}

} // namespace cord::engine::proxy
