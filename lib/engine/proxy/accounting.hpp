// What is written down of calls: the rows that Kamailio's stock configuration makes in acc and missed_calls.
#pragma once

#include <string_view>

#include "engine/proxy/call.hpp"
#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

/// A request got its final response. In acc stand INVITEs that were answered, and BYEs however they ended; in
/// missed_calls the INVITEs to users of ours that were not answered. Challenges are no end.
void account(State &s, const Exchange &e, int code, std::string_view reason, std::string_view to_tag);
/// We ended a dialog: who pairs INVITE and BYE finds both.
void account_bye(State &s, const Call &call, const Dialog &dialog, std::string_view reason);

} // namespace cord::engine::proxy
