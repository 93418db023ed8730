// A caller whom nobody answers is sent on to a mailbox.
#pragma once

#include <string_view>

#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

/// Whether the call may come to a mailbox: it is for a user of ours.
[[nodiscard]] bool has_mailbox(const State &s, const Exchange &e);

/// The final response would be this: the mailbox becomes the next target, if it is one of those for which
/// there are mailboxes, and was not tried before.
[[nodiscard]] bool turn_to_mailbox(State &s, Exchange &e, int code);

} // namespace cord::engine::proxy
