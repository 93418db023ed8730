// Calls kept beyond the life of a process: what is written of them as they change, and how the next process
// takes them up. A call is kept from its answer to its end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/proxy/call.hpp"

namespace cord::engine::proxy {

struct State;

/// Tells by Keep effects what the input at work has changed of calls that are kept.
void keep_changes(State &s);

/// All that is to be kept now.
[[nodiscard]] std::string kept_calls(const State &s);

/// Takes up the calls of an earlier process from all that it told, in order; what makes no sense is left out,
/// and so is a record cut short at the end. Connections did not outlive it: who was reached by one has the
/// grace time to come back. Gives the number of calls.
std::size_t restore_calls(State &s, std::string_view records);

} // namespace cord::engine::proxy
