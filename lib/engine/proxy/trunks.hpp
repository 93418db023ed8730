// Calls that a trunk takes or brings.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/proxy/dial_plan.hpp"
#include "engine/proxy/exchange.hpp"
#include "engine/proxy/processor.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

struct State;

/// The target's trunk; null where it is none, or is there no more.
[[nodiscard]] const Trunk *trunk_of(const State &s, const Target &target);

/// The name called is no user's: it may be a number that a trunk takes. 404 when it is not.
Next dial_out(State &s, Exchange &e);

/// Whether a trunk that says this did not serve the call, so that another one may.
[[nodiscard]] bool trunk_failed(int status);

/// After a final response: what a trunk has decided about a call no other one is asked again.
void settle_trunks(Exchange &e, const Branch &branch, int status);

/// The branch gets credentials, a CSeq and a branch parameter of its own for the challenge of its trunk: it
/// is to be sent again. False when it cannot be answered, or was.
[[nodiscard]] bool take_challenge(State &s, Exchange &e, std::size_t branch,
                                  const wire::sip::Message &response);

/// The header field that answers one of the challenges of a 401 or 407: its value is empty when none can be
/// answered.
[[nodiscard]] std::pair<wire::sip::HeaderId, std::string> credentials_for(State &s, const Trunk &trunk,
                                                                          const wire::sip::Message &challenge,
                                                                          std::string_view method,
                                                                          std::string_view uri);

} // namespace cord::engine::proxy
