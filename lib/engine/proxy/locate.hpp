// The places where a user of ours is reached now.
#pragma once

#include <string_view>
#include <vector>

#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

/// One target for each binding that can be reached, the most preferred first.
[[nodiscard]] std::vector<Target> targets_of(const State &s, std::string_view user, std::string_view domain);

} // namespace cord::engine::proxy
