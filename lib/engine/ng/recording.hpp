// Recordings of calls: one file each, with all that their participants send.
#pragma once

#include <vector>

#include "engine/ng/commands.hpp"

namespace cord::engine::ng {

/// Begins, or goes on behind a pause; `config.record_dir` is set.
[[nodiscard]] std::vector<Effect> record(State &state, Call &call);
/// What is sent until it is told to go on is not in the file.
[[nodiscard]] std::vector<Effect> pause_recording(Call &call);
/// There is none when there was none.
[[nodiscard]] std::vector<Effect> end_recording(Call &call, bool discard);
/// What `record-call` of an offer or answer asks for.
[[nodiscard]] std::vector<Effect> follow_record_call(State &state, Call &call, const Options &options);

} // namespace cord::engine::ng
