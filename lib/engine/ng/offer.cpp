#include <algorithm>

#include "base/limits.hpp"
#include "engine/ng/commands.hpp"
#include "engine/ng/negotiate.hpp"
#include "engine/ng/recording.hpp"

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
    if (call.recording && call.recording->on)
        session.recording = call.recording->id;
    return session;
}

} // namespace

/// RFC 8840: candidates that a browser has found after its offer. We are ICE-lite, and answer its checks
/// wherever they come from.
Outcome take_fragment(const State &state, const Options &options) {
    if (const char *reason = missing_key(options))
        return {error(reason), {}, {}, {}};
    return {state.calls.contains(options.call_id) ? Dict{{"result", "ok"}} : error(unknown_call), {}, {}, {}};
}

Outcome offer(State &state, const Options &options, base::Now now) {
    if (options.has("fragment"))
        return take_fragment(state, options);
    auto sdp = description(options);
    if (!sdp)
        return {std::move(sdp.error()), {}, {}, {}};
    if (const char *reason = missing_key(options))
        return {error(reason), {}, {}, {}};
    const bool known = state.calls.contains(options.call_id);
    if (!known && (state.draining || state.calls.size() >= state.config.max_calls))
        return {load_limit(state, options, "Parallel session limit reached"), {}, {}, {}};

    Call &call = state.calls[options.call_id];
    if (!known)
        call = Call{options.call_id, {}, now.unix};
    Outcome out;
    auto [session, side] = side_of_offer(call, options.from_tag, options.to_tag, options.via_branch);
    if (session == nullptr)
        session = &new_session(state, call, options, now);
    else if (options.to_tag.empty() && session->answered)
        out.effects = begin_anew(*session);
    Layout layout = lay_out(*session, side, *sdp, options, state.config);
    OpenOffer offer{session->id, side, std::move(*sdp), std::move(layout)};
    if (!offer.layout.needs.empty()) {
        out.offer = std::move(offer);
        return out;
    }
    Outcome finished = finish_offer(state, options, offer, {}, now);
    finished.effects.insert(finished.effects.begin(), std::make_move_iterator(out.effects.begin()),
                            std::make_move_iterator(out.effects.end()));
    return finished;
}

Outcome finish_offer(State &state, const Options &options, const OpenOffer &offer,
                     const std::vector<BoundPort> &ports, base::Now now) {
    const auto [call, found] = find(state, offer.session);
    CORD_ASSERT(found != nullptr);
    Session &session = *found;
    session.sides[offer.side].take_tag(options.from_tag);
    session.sides[1 - offer.side].take_tag(options.to_tag);
    session.sides[offer.side].take_label(options.label);
    session.last_signal = now.unix;
    session.deleted = false; // an offer after `delete` takes it back
    // An offer towards a phone sets no packets moving, so no silence is noticed either.
    end_at(state, session, session.answered ? base::never : now.mono + base::limits::ng_unanswered);
    const sdp::Session rewritten =
        take_offer(session, offer.side, offer.sdp, offer.layout, ports, options, state.config, state.random);
    call->take_metadata(options.metadata);
    Outcome out;
    out.effects = follow_record_call(state, *call, options);
    // A browser may check and shake hands before its answer has come by us.
    if (!session.answered && session.sides[1 - offer.side].facing.webrtc())
        out.effects.emplace_back(ApplyPlan{session.id, plan(session)});
    out.reply = Dict{{"result", "ok"}, {"sdp", sdp::write(rewritten)}};
    return out;
}

Outcome out_of_ports(State &state, const Options &options, const OpenOffer &offer) {
    Outcome out;
    auto [call, session] = find(state, offer.session);
    if (session->sides[0].sections.empty())
        out.effects = end(state, *call, offer.session, End::refused);
    out.reply = load_limit(state, options, "Ran out of ports");
    return out;
}

} // namespace cord::engine::ng
