// Clients that sleep and are woken by a push (RFC 8599): the request waits until they have registered again.
#pragma once

#include <string_view>
#include <vector>

#include "engine/locate/binding.hpp"
#include "engine/proxy/processor.hpp"

namespace cord::engine::proxy {

/// Nobody of those called is reachable. When some of them can be woken, an event asks for that, and the
/// exchange waits; its processor runs again when they have registered, or have not in time. That is then
/// answered 480. Goes on when there is nobody to wake.
[[nodiscard]] Next await_sleepers(State &s, Exchange &e, std::string_view aor,
                                  const std::vector<locate::Binding> &called);

/// The address of record has registered: who waits for that goes on.
void wake(State &s, std::string_view aor);

} // namespace cord::engine::proxy
