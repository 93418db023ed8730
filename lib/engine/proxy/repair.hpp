// RFC 3261 section 16.4: a Request-URI that was written for us alone becomes the one that is meant.
#pragma once

#include <optional>

#include "engine/proxy/exchange.hpp"
#include "engine/proxy/token.hpp"

namespace cord::engine::proxy {

struct State;

/// Which domain of ours the Request-URI names; none when its maddr leads elsewhere.
void find_domain(const State &s, Exchange &e);

/// Takes a maddr that is ours out of the Request-URI.
void take_own_maddr(const State &s, Exchange &e);

/// What a strict router did is undone: the target comes back from the end of the Route. Gives the token that
/// stood in its place.
std::optional<RouteToken> undo_strict_routing(const State &s, Exchange &e);

} // namespace cord::engine::proxy
