// Whom a command means of those who take part in a call.
#pragma once

#include <tl/expected.hpp>
#include <vector>

#include "engine/ng/commands.hpp"

namespace cord::engine::ng {

/// A side of one session, as a place that stays.
struct Participant {
    Session *session = nullptr;
    std::size_t side = 0;
};

/// By label, address or tag, or all of the call when none is named; a To tag says toward whom. Without
/// `by_tag` a tag counts with the flag `directional` alone, as rtpengine has it for commands that change how
/// media passes. The error is the reply.
[[nodiscard]] tl::expected<std::vector<Participant>, Dict> participants(State &state, const Options &options,
                                                                        bool by_tag);

/// Whether a command names one of the participants, or all of them.
[[nodiscard]] bool names_participant(const Options &options);

} // namespace cord::engine::ng
