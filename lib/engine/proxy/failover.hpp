// A branch whose next hop fails goes on with another one (RFC 3263 section 4.3), one whose flow fails with
// another flow of the same client (RFC 5626 section 7).
#pragma once

#include <cstddef>

#include "base/time.hpp"
#include "engine/proxy/exchange.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

struct State;

/// What a hop did, and for how long it is tried last after that.
struct HopFailure {
    /// The server itself failed, so that it does not help to reach it by another transport.
    bool server = true;
    base::Duration dead_for{};
};
inline constexpr HopFailure silence{true, std::chrono::seconds(60)};
inline constexpr HopFailure breakage{false, std::chrono::seconds(60)};
/// Of a 503: as long as it says in Retry-After.
[[nodiscard]] HopFailure refusal(const wire::sip::Message &response);

/// The branch leads to the first of these hops, the others are there for when that fails.
void lead_to_hops(State &s, Exchange &e, std::size_t branch, std::vector<NextHop> hops);

/// The branch gets its next hop, and a branch parameter of its own: it is to be sent again. False when there
/// is none left, or nothing is to come of the branch.
[[nodiscard]] bool turn_to_next_hop(State &s, Exchange &e, std::size_t branch, HopFailure how);

/// The same for the client's next flow.
[[nodiscard]] bool turn_to_next_flow(State &s, Exchange &e, std::size_t branch);

/// RFC 3261 section 18.1.1: a request of this size goes by TCP where its target left the transport open. The
/// branch then leads there, and by UDP again when TCP fails: it is to be written anew.
[[nodiscard]] bool turn_to_stream(State &s, Exchange &e, std::size_t branch, std::size_t size);

} // namespace cord::engine::proxy
