// The places where a user of ours is reached now.
#pragma once

#include <string_view>
#include <vector>

#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

/// One target for each client that can be reached, the most preferred first: those of a user, or the one that
/// a GRUU names. The domain is that of the URI, and ours.
[[nodiscard]] std::vector<Target> targets_of(const State &s, const wire::sip::Uri &uri,
                                             std::string_view domain);

} // namespace cord::engine::proxy
