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
    target.q = binding.q;
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

/// RFC 3263: the place beyond us, as the addresses that serve it, best first.
Next locate_next_hop(State &s, Exchange &e) {
    if (!e.resolved) {
        s.ask_next_hops(e);
        return Next::wait;
    }
    std::erase_if(*e.resolved, [&](const NextHop &next) { return !s.can_send(next.hop.transport); });
    if (e.to_upstream && !e.resolved->empty())
        s.upstream_found = {*e.next_hop, *e.resolved};
    if (e.resolved->empty())
        return reply(s, e, 503, "Next Hop Not Found");
    s.dead_hops.put_last(*e.resolved, s.now.mono);
    Target target;
    target.uri = e.request.request_uri();
    target.flow = s.flow_to(e.resolved->front());
    target.destination = *e.next_hop;
    target.hops.assign(e.resolved->begin() + 1, e.resolved->end());
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

Next locate_targets(State &s, Exchange &e) {
    if (e.in_dialog)
        return locate_in_dialog(s, e);
    if (e.request.method() == Method::ack)
        return Next::done;
    if (!e.client.empty())
        return locate_client(s, e);
    if (e.next_hop)
        return locate_next_hop(s, e);
    std::string user = wire::sip::unescape(e.uri.user);
    for (const locate::Binding &binding : s.table.reachable(locate::aor_key(user, *e.domain), s.now.unix))
        e.targets.push_back(target_of(binding));
    return e.targets.empty() ? answer_absent(s, e, user) : Next::go_on;
}

} // namespace cord::engine::proxy
