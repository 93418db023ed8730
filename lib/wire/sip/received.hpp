// What a server's transport writes into the top Via before anyone else sees the request.
#pragma once

#include "base/address.hpp"
#include "wire/sip/message.hpp"

namespace cord::wire::sip {

/// RFC 3261 section 18.2.1 and RFC 3581 section 4: `received` where the packet's source is not what sent-by
/// says, and the port into an `rport` that asks for it. The message itself when neither is needed. What a
/// client wrote into these two parameters is overwritten.
[[nodiscard]] Message with_source(const Message &request, const base::Endpoint &source);

} // namespace cord::wire::sip
