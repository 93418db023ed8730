#include <algorithm>

#include "base/limits.hpp"
#include "engine/ng/commands.hpp"
#include "engine/ng/negotiate.hpp"

namespace cord::engine::ng {
namespace {

/// The same caller begins anew, as when a forking proxy tries the next target: whoever answered before is
/// gone.
std::vector<Effect> begin_anew(Session &session) {
    const auto before = session.ports();
    session.sides[1] = Side();
    session.answered = false;
    const auto kept = session.ports();
    ClosePorts close;
    std::copy_if(before.begin(), before.end(), std::back_inserter(close.ports),
                 [&](media::PortId port) { return std::find(kept.begin(), kept.end(), port) == kept.end(); });
    return {RemoveSession{session.id, ""}, std::move(close)};
}

Session &new_session(State &state, Call &call, const Options &options, base::Now now) {
    Session &session = call.sessions.emplace_back();
    session.id = ++state.last_session;
    state.call_of.emplace(session.id, call.id);
    session.via_branch = options.via_branch;
    session.created = now.unix;
    return session;
}

} // namespace

Outcome offer(State &state, const Options &options, const std::vector<BoundPort> *ports, base::Now now) {
    auto sdp = description(options);
    if (!sdp)
        return {std::move(sdp.error()), {}, {}, {}};
    if (const char *reason = missing_key(options))
        return {error(reason), {}, {}, {}};
    const bool known = state.calls.contains(options.call_id);
    if (!known && (state.draining || state.calls.size() >= state.config.max_calls))
        return {load_limit(options, "Parallel session limit reached"), {}, {}, {}};

    Call &call = state.calls[options.call_id];
    if (!known)
        call = Call{options.call_id, {}, now.unix};
    Outcome out;
    Place place = place_of_offer(call, options.from_tag, options.to_tag, options.via_branch);
    if (!place.session)
        place = {&new_session(state, call, options, now), 0};
    else if (options.to_tag.empty() && place.session->answered)
        out.effects = begin_anew(*place.session);
    Session &session = *place.session;
    session.sides[place.side].take_tag(options.from_tag); // by which it is found again when ports are there
    session.deleted = false;                              // an offer after `delete` takes it back
    // An offer towards a phone sets no packets moving, so no silence is noticed either.
    end_at(state, session, session.answered ? base::never : now.mono + base::limits::ng_unanswered);

    const Layout layout = lay_out(session, place.side, *sdp, options, state.config);
    if (!layout.needs.empty() && !ports) {
        out.needs = layout.needs;
        return out;
    }
    session.sides[1 - place.side].take_tag(options.to_tag);
    session.last_signal = now.unix;
    const sdp::Session rewritten =
        take_offer(session, place.side, *sdp, layout, ports ? *ports : std::vector<BoundPort>(), options,
                   state.config, state.random);
    // A browser may check and shake hands before its answer has come by us.
    if (!session.answered && session.sides[1 - place.side].facing.webrtc())
        out.effects.emplace_back(ApplyPlan{session.id, plan(session)});
    out.reply = Dict{{"result", "ok"}, {"sdp", sdp::write(rewritten)}};
    return out;
}

Outcome out_of_ports(State &state, const Options &options) {
    Outcome out;
    Call &call = state.calls[options.call_id];
    const Place place = place_of_offer(call, options.from_tag, options.to_tag, options.via_branch);
    if (place.session && place.session->sides[0].sections.empty())
        out.effects = end(state, call, place.session->id, "");
    out.reply = load_limit(options, "Ran out of ports");
    return out;
}

} // namespace cord::engine::ng
