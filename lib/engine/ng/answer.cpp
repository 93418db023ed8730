#include "engine/ng/commands.hpp"
#include "engine/ng/negotiate.hpp"
#include "engine/ng/recording.hpp"

namespace cord::engine::ng {
Outcome answer(State &state, const Options &options, base::Now now) {
    auto sdp = description(options);
    if (!sdp)
        return {std::move(sdp.error()), {}, {}, {}};
    if (const char *reason = missing_key(options))
        return {error(reason), {}, {}, {}};
    if (options.to_tag.empty())
        return {error("No to-tag in message"), {}, {}, {}};
    auto found = state.calls.find(options.call_id);
    if (found == state.calls.end())
        return {error(unknown_call), {}, {}, {}};
    const auto [session, side] =
        side_of_answer(found->second, options.from_tag, options.to_tag, options.via_branch);
    if (session == nullptr)
        return {error("Invalid dialogue association"), {}, {}, {}};

    session->sides[side].take_tag(options.to_tag);
    session->sides[side].take_label(options.label);
    session->last_signal = now.unix;
    if (!session->deleted)
        end_at(state, *session, base::never);
    found->second.take_metadata(options.metadata);
    std::vector<Effect> effects = follow_record_call(state, found->second, options);
    const sdp::Session rewritten = take_answer(*session, *sdp, options, state.config, state.random);
    effects.emplace_back(ApplyPlan{session->id, plan(*session)});
    return {Dict{{"result", "ok"}, {"sdp", sdp::write(rewritten)}}, {}, {}, std::move(effects)};
}

} // namespace cord::engine::ng
