// The one request inside a dialog that a proxy makes itself: the final BYE, when the other side is gone.
#pragma once

#include <string_view>

#include "engine/proxy/call.hpp"

namespace cord::engine::proxy {

struct State;

/// A BYE to one side, in the name of the other: CSeq one higher than that one's last.
void send_bye(State &s, const Call &call, const DialogSide &from, const DialogSide &to,
              const transaction::Flow &flow, std::string_view reason);

} // namespace cord::engine::proxy
