#include "base/text.hpp"
#include "engine/ng/participants.hpp"
#include "wire/rtp/telephone_event.hpp"

namespace cord::engine::ng {
namespace {

/// Changes the barriers before what the participants send, at once: a plan may stand half-way between an
/// offer and its answer.
template <class Change>
Outcome change_barriers(State &state, const Options &options, Change change) {
    auto meant = participants(state, options, false);
    if (!meant)
        return {std::move(meant.error()), {}, {}, {}};
    Outcome out;
    for (const Participant &participant : *meant) {
        media::Barrier &barrier = participant.session->sides[participant.side].barrier;
        const media::Barrier before = barrier;
        change(barrier);
        if (barrier != before)
            out.effects.emplace_back(SetBarrier{participant.session->id, participant.side, barrier});
    }
    out.reply = Dict{{"result", "ok"}};
    return out;
}

/// What DTMF-security says becomes of keys. Sound that rtpengine would make of them is silence here.
void secure(media::Barrier &barrier, const Options &options) {
    using Keys = media::Barrier::Keys;
    const std::string &mode = options.dtmf_security;
    barrier.key = 0;
    barrier.keys = mode == "off"      ? Keys::pass
                   : mode == "zero"   ? Keys::replace
                   : mode == "random" ? Keys::random
                                      : Keys::drop;
    auto key = options.keys.size() == 1 && options.keys.front().size() == 1
                   ? wire::rtp::event_of(options.keys.front().front())
                   : std::nullopt;
    if (mode == "dtmf" && key) {
        barrier.keys = Keys::replace;
        barrier.key = *key;
    }
}

} // namespace

Outcome block_media(State &state, const Options &options, base::Now /*now*/) {
    return change_barriers(state, options, [](media::Barrier &barrier) { barrier.media = true; });
}

Outcome unblock_media(State &state, const Options &options, base::Now /*now*/) {
    return change_barriers(state, options, [](media::Barrier &barrier) { barrier.media = false; });
}

Outcome silence_media(State &state, const Options &options, base::Now /*now*/) {
    return change_barriers(state, options, [](media::Barrier &barrier) { barrier.sound = true; });
}

Outcome unsilence_media(State &state, const Options &options, base::Now /*now*/) {
    return change_barriers(state, options, [](media::Barrier &barrier) { barrier.sound = false; });
}

Outcome block_dtmf(State &state, const Options &options, base::Now /*now*/) {
    return change_barriers(state, options, [&](media::Barrier &barrier) { secure(barrier, options); });
}

Outcome unblock_dtmf(State &state, const Options &options, base::Now /*now*/) {
    return change_barriers(state, options,
                           [](media::Barrier &barrier) { barrier.keys = media::Barrier::Keys::pass; });
}

} // namespace cord::engine::ng
