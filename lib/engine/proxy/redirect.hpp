// RFC 3261 section 16.7 item 4: a redirection is followed here, where the operator wants that.
#pragma once

#include <cstddef>

#include "engine/proxy/exchange.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

struct State;

/// Sends the request on to the Contacts of a 3xx, as far as we relay there. False when there is nothing to
/// follow: then it is a response like others. Contacts that lead elsewhere are left to the caller.
[[nodiscard]] bool follow_redirect(State &s, Exchange &e, std::size_t branch,
                                   const wire::sip::Message &response);

} // namespace cord::engine::proxy
