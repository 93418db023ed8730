// How media fared in a call that has ended, as its breaker tells, for the event of the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/proxy/call.hpp"

namespace cord::engine::proxy {

struct State;

/// What came from one side, of audio and video together.
struct LegQuality {
    std::int64_t packets = 0;
    std::int64_t lost = 0;
    std::int64_t jitter_ms = 0; ///< Of the worst source.
};

struct Quality {
    LegQuality caller;
    LegQuality callee;
};

/// From the answer to a delete (or a query) of ng; nothing when that tells of no media.
[[nodiscard]] std::optional<Quality> read_quality(std::string_view reply, std::string_view caller_tag);

/// The call has ended: its breaker lets it go, and the event waits for what that tells.
void tell_end(State &s, const Call &call, CallEnd end);
void on_last_numbers(State &s, std::uint64_t call, std::optional<std::string_view> reply);

} // namespace cord::engine::proxy
