// Why a request was refused, for operators who ask.
#pragma once

#include <string_view>

#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

/// An event `refused` with the rule that decided, where Config::explain wants it. A challenge is told only
/// when there were credentials, a cancelled call not at all.
void note_refusal(State &s, const Exchange &e, int code, std::string_view reason);
/// The same of a request for which nothing was begun.
void note_refusal(State &s, const wire::sip::Message &request, const transaction::Flow &flow, int code,
                  std::string_view rule, std::string_view why);

} // namespace cord::engine::proxy
