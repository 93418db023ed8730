// The response context of RFC 3261 section 16.7: branches are started, answered, cancelled and given up; the
// caller gets the best of what they say.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/proxy/exchange.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

struct State;

/// Starts a branch for each of the most preferred targets left: they fork in parallel, groups of lower q
/// after them.
void start_branches(State &s, Exchange &e);

/// The breaker has answered for the request of a branch, or for the response at the head of those held.
void on_request_media(State &s, Exchange &e, std::size_t branch, std::optional<std::string_view> reply);
void on_response_media(State &s, Exchange &e, std::size_t branch, std::optional<std::string_view> reply);

void on_response(State &s, Exchange &e, std::size_t branch, const wire::sip::Message &response);
/// Nobody answered (408), or the request could not be sent (503, RFC 3261 section 16.9).
void on_branch_failure(State &s, Exchange &e, std::size_t branch, std::uint16_t code);
/// The branch rang long enough.
void on_ring_timeout(State &s, Exchange &e, std::size_t branch);

/// The exchange is over: connections that die do not concern it any more.
void forget_connections(State &s, const Exchange &e);
/// A branch without a connection went out on this one.
void use_connection(State &s, Exchange &e, std::size_t branch, std::uint64_t connection);
/// A connection died: nobody will answer on it, and nobody there waits for an answer any more.
void fail_flow(State &s, const transaction::Flow &flow);

/// RFC 3261 section 16.10: every branch that is still open is cancelled. `reason` is the value of a Reason
/// header (RFC 3326), or empty.
void cancel(State &s, Exchange &e, std::string_view reason = {});

} // namespace cord::engine::proxy
