// RFC 3261 section 16.6: the copy of a request that goes to one target.
#pragma once

#include <string>

#include "engine/proxy/exchange.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

struct State;

/// A Route to us on this flow: for Record-Route and Service-Route.
[[nodiscard]] std::string route_to_us(const State &s, const transaction::Flow &flow,
                                      const std::string &token);

/// RFC 3261 section 16.6 item 8: a hash over what decides the way of a request, at the end of our Via branch.
/// If the same request meets it again, it goes in a loop.
[[nodiscard]] std::string loop_mark(const State &s, const Exchange &e);

/// A new branch parameter for our Via.
[[nodiscard]] std::string new_branch_key(State &s, const Exchange &e);

/// Whether the method makes a dialog, so that later requests must come by us: RFC 3261 section 16.6 item 4.
[[nodiscard]] bool forms_dialog(wire::sip::Method method);

/// The request as it leaves on this branch.
[[nodiscard]] std::string outgoing_request(const State &s, const Exchange &e, const Branch &branch);

/// A response of this branch speaks of the caller's CSeq again, where ours was higher.
void restore_cseq(wire::sip::Edit &edit, const Exchange &e, const Branch &branch);

} // namespace cord::engine::proxy
