// The two requests a proxy makes itself: the CANCEL of a branch, and the final BYE of a dialog whose other
// side is gone.
#pragma once

#include <string>
#include <string_view>

#include "engine/proxy/call.hpp"

namespace cord::engine::proxy {

struct State;

/// RFC 3261 section 9.1: Request-URI, top Via, To, From, Call-ID, CSeq number and Routes are those of the
/// request.
[[nodiscard]] std::string cancel_for(std::string_view sent_request);

/// A BYE to one side, in the name of the other: CSeq one higher than that one's last.
void send_bye(State &s, const Call &call, const DialogSide &from, const DialogSide &to,
              const transaction::Flow &flow, std::string_view reason);

} // namespace cord::engine::proxy
