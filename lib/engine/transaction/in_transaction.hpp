// The two requests that are made from another request of the same hop: ACK of a failure, and CANCEL.
#pragma once

#include <string>
#include <string_view>

#include "wire/sip/message.hpp"

namespace cord::engine::transaction {

/// RFC 3261 section 17.1.1.3: the ACK that a client transaction sends for a final response of 300 to 699.
[[nodiscard]] std::string make_ack(const wire::sip::Message &invite, const wire::sip::Message &response);

/// RFC 3261 section 9.1: the CANCEL of a request, with the same top Via. `reason` is the value of a Reason
/// header (RFC 3326), or empty.
[[nodiscard]] std::string make_cancel(const wire::sip::Message &request, std::string_view reason = {});

} // namespace cord::engine::transaction
