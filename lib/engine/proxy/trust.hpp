// Senders who need no password: known by their address.
#pragma once

#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

/// Whether the request comes from a trusted address. Nobody registers so.
[[nodiscard]] bool is_trusted(const State &s, const Exchange &e);

} // namespace cord::engine::proxy
