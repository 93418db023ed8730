// RFC 3261 section 16.7: what branches answer goes back to the caller, as far as it is the best that they
// say.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/proxy/exchange.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

struct State;

void on_response(State &s, Exchange &e, std::size_t branch, const wire::sip::Message &response);
/// The breaker has answered for the response at the head of those held.
void on_response_media(State &s, Exchange &e, std::size_t branch, std::optional<std::string_view> reply);
/// Nobody answered (408), or the request could not be sent (503, RFC 3261 section 16.9).
void on_branch_failure(State &s, Exchange &e, std::size_t branch, std::uint16_t code);

/// Once every branch has ended: the next group of targets, or the best of the final responses.
void conclude(State &s, Exchange &e);

} // namespace cord::engine::proxy
