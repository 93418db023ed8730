// The branches of a request: they are started, sent again to another place, cancelled and given up. What they
// answer is in responses.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/proxy/exchange.hpp"
#include "engine/proxy/failover.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

struct State;

/// Starts a branch for each of the most preferred targets left: they fork in parallel, groups of lower q
/// after them.
void start_branches(State &s, Exchange &e);

/// RFC 3263: the addresses of the branch's destination have been found, best first.
void on_next_hops(State &s, Exchange &e, std::size_t branch, std::vector<NextHop> hops);

/// The breaker has answered for the request of a branch.
void on_request_media(State &s, Exchange &e, std::size_t branch, std::optional<std::string_view> reply);

/// RFC 3261 section 16.6 item 11: timer C "MUST be larger than 3 minutes".
inline constexpr base::Duration timer_c = std::chrono::seconds(181);
/// Until when a branch may ring: its one alarm rings at that time, or earlier and looks again.
void set_deadline(State &s, Exchange &e, std::size_t branch, base::Time at);
void on_ring_alarm(State &s, Exchange &e, std::size_t branch);

/// The branch has its final response, one that came or one of our own, with a Warning where there is one.
void close_branch(State &s, Exchange &e, std::size_t branch, std::optional<wire::sip::Message> final,
                  bool local);
void close_branch_locally(State &s, Exchange &e, std::size_t branch, std::uint16_t code,
                          std::string_view warning = {});
/// Sends the branch to its next hop, if there is one left.
[[nodiscard]] bool fail_over(State &s, Exchange &e, std::size_t branch, HopFailure how);
/// Sends it over the client's next flow, if there is one left.
[[nodiscard]] bool change_flow(State &s, Exchange &e, std::size_t branch);
/// Sends it again with credentials, if its trunk asks for some that we have.
[[nodiscard]] bool answer_challenge(State &s, Exchange &e, std::size_t branch,
                                    const wire::sip::Message &response);

/// The exchange is over: connections that die do not concern it any more.
void forget_connections(State &s, const Exchange &e);
/// A branch without a connection went out on this one.
void use_connection(State &s, Exchange &e, std::size_t branch, std::uint64_t connection);
/// A connection died: nobody will answer on it, and nobody there waits for an answer any more.
void fail_flow(State &s, const transaction::Flow &flow);

/// Ends the branches beside this one.
void cancel_others(State &s, Exchange &e, std::size_t winner, std::string_view reason);
/// RFC 3261 section 16.10: every branch that is still open is cancelled. `reason` is the value of a Reason
/// header (RFC 3326), or empty.
void cancel(State &s, Exchange &e, std::string_view reason = {});

} // namespace cord::engine::proxy
