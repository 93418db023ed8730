// Senders who need no password: known by their address, or by the certificate of their connection.
#pragma once

#include <string_view>

#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

/// Whether the request comes from a trusted address. Nobody registers so.
[[nodiscard]] bool is_trusted(const State &s, const Exchange &e);

/// Whether the certificate of the connection names this user: "user@domain".
[[nodiscard]] bool is_certified(const State &s, const Exchange &e, std::string_view aor);

/// Whether it names the domain of From, whose server then speaks for that user. Nobody registers so.
[[nodiscard]] bool is_vouched_for(const State &s, const Exchange &e);

} // namespace cord::engine::proxy
