// What `query` and `delete` tell of a call.
#pragma once

#include <optional>
#include <vector>

#include "engine/media/statistics.hpp"
#include "engine/ng/call.hpp"
#include "engine/ng/config.hpp"
#include "wire/bencode/value.hpp"

namespace cord::engine::ng {

/// Adds `created`, `tags`, `totals` and `SSRC` to a reply. `statistics` goes with `sessions`.
void report(wire::bencode::Dict &reply, const Call &call, const std::vector<const Session *> &sessions,
            const std::vector<std::optional<media::SessionStatistics>> &statistics);

} // namespace cord::engine::ng
