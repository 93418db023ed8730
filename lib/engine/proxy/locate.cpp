#include "engine/proxy/locate.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "engine/proxy/calls.hpp"
#include "engine/proxy/dialog.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/push.hpp"
#include "engine/proxy/trunks.hpp"
#include "engine/proxy/upstream.hpp"
#include "engine/proxy/voicemail.hpp"
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

/// The way to the address of record, to one instance of it by its public GRUU, or by a temporary one that
/// hides whose it is.
struct Called {
    std::string aor;
    std::vector<locate::Binding> reachable; ///< The preferred first.
    std::vector<locate::Binding> all;       ///< Those that are not reachable, too; where they matter.
    bool known = true;                      ///< False for a temporary GRUU that is none of ours, or over.
};

Called find_called(const State &s, const wire::sip::Uri &uri, std::string_view domain) {
    Called called;
    called.aor = locate::aor_key(wire::sip::unescape(uri.user), domain);
    const bool temporary = registrar::is_temporary_gruu(uri);
    const std::uint64_t gruus = temporary ? s.registrar.gruu_key().open(uri).value_or(0) : 0;
    if (temporary)
        called.aor = s.table.aor_of(gruus);
    called.reachable = s.table.reachable(called.aor, s.now.unix);
    const bool gruu = registrar::is_gruu(uri);
    if (gruu || called.reachable.empty())
        called.all = s.table.of(called.aor);
    if (!gruu)
        return called;
    auto another = [&](const locate::Binding &b) {
        return temporary ? b.gruus != gruus || !base::iequals(b.domain, domain)
                         : !registrar::names_instance(uri, b);
    };
    std::erase_if(called.reachable, another);
    std::erase_if(called.all, another);
    // RFC 5627 section 6.1: what is no "currently valid GRUU within the domain [...] SHOULD be rejected with
    // a 404". A temporary one ends with the last Contact that it leads to.
    called.known = !temporary || !called.all.empty();
    return called;
}

/// RFC 5626 section 7: "the proxy MUST NOT populate the target set with more than one contact with the same
/// AOR and instance-id at a time." The others wait beside it: those of other flows, and those of a client
/// that knows no flows and has come again by another connection. One on which media are spoken differently
/// would need another offer.
std::vector<Target> one_flow_each(const std::vector<locate::Binding> &bindings) {
    std::vector<Target> targets;
    std::map<std::string_view, std::size_t> by_client;
    for (const locate::Binding &binding : bindings) {
        Target target = target_of(binding);
        auto place = by_client.end();
        bool first = true;
        if (!binding.instance.empty())
            std::tie(place, first) = by_client.emplace(binding.instance, targets.size());
        if (first)
            targets.push_back(std::move(target));
        else if (targets[place->second].kind == target.kind)
            targets[place->second].other_flows.push_back(std::move(target));
    }
    return targets;
}

/// A Contact that is a GRUU stands in a dialog for the registered one, by which the client knows itself.
std::string contact_of(const State &s, const Exchange &e, const Leg &leg) {
    if (e.domain && registrar::is_gruu(e.uri))
        for (const locate::Binding &b : s.table.of(leg.aor))
            if (locate::slot_of(b) == leg.slot)
                return b.contact;
    return std::string(e.request.request_uri());
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
    target.uri = contact_of(s, e, leg);
    target.flow = leg.flow;
    target.aor = leg.aor;
    target.slot = leg.slot;
    target.kind = leg.kind;
    target.trunk = leg.trunk;
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

/// Nobody is there: 480 for a user that exists, 404 for one that does not (RFC 3261 section 16.5) and is no
/// number for a trunk.
Next answer_absent(State &s, Exchange &e, std::string_view user) {
    if (!s.config.authenticate)
        return turn_to_mailbox(s, e, 480) ? Next::go_on : reply(s, e, 480);
    // What was asked before was about the sender.
    if (!e.asked_for_callee) {
        e.asked_for_callee = true;
        s.ask_user(e, user, *e.domain);
        return Next::wait;
    }
    if (e.user->status == UserAnswer::Status::unknown)
        return dial_out(s, e);
    return turn_to_mailbox(s, e, 480) ? Next::go_on : reply(s, e, 480);
}

} // namespace

std::vector<Target> targets_of(const State &s, const wire::sip::Uri &uri, std::string_view domain) {
    return one_flow_each(find_called(s, uri, domain).reachable);
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
    const Called called = find_called(s, e.uri, *e.domain);
    if (!called.known)
        return reply(s, e, 404);
    e.targets = one_flow_each(called.reachable);
    if (!e.targets.empty())
        return Next::go_on;
    if (Next next = await_sleepers(s, e, called.aor, called.all); next != Next::go_on)
        return next;
    return answer_absent(s, e, std::string_view(called.aor).substr(0, called.aor.rfind('@')));
}

} // namespace cord::engine::proxy
