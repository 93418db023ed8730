// RFC 3261 section 16.7 items 6 and 7: the one final response that is forwarded when no branch succeeded.
#pragma once

#include <string>

#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

struct FinalResponse {
    int code = 0;
    std::string bytes;
};

/// All branches are done: what to answer with.
[[nodiscard]] FinalResponse best_response(State &s, const Exchange &e);

} // namespace cord::engine::proxy
