// RFC 3261 section 16.7 items 6 and 7: the one final response that is forwarded when no branch succeeded.
#pragma once

#include <string>

#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

struct FinalResponse {
    int code = 0;
    std::string bytes;
    std::string_view reason, to_tag; ///< Of the branch that it comes from, whose response they live with.
    bool local = false;              ///< It is our own.
};

/// All branches are done: what to answer with.
[[nodiscard]] FinalResponse best_response(State &s, const Exchange &e);

} // namespace cord::engine::proxy
