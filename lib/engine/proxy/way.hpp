// Where a client is reached: over its connection, or, without one, at a UDP address read from what it sent.
#pragma once

#include <string_view>

#include "engine/transaction/flow.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

/// RFC 3581 section 4 and RFC 3261 section 18.2.2: over UDP an answer goes to the source address, and to the
/// source port when the client asked for that with rport, else to the port of its sent-by.
[[nodiscard]] transaction::Flow way_back(const wire::sip::Message &request, const transaction::Flow &flow);

/// Where a client that wrote this Contact listens. A datagram goes to the Contact's port where its host is
/// the address that the client is at, else, as behind a NAT, to where it came from. A host name is never
/// looked up: browsers write names that do not exist.
[[nodiscard]] transaction::Flow way_to_contact(std::string_view contact, transaction::Flow flow);

/// The URI of the first Contact as written; empty when there is none.
[[nodiscard]] std::string_view contact_uri(const wire::sip::Message &message);

/// Where later requests to the sender of this request go: to the last proxy that wrote a Record-Route (RFC
/// 3261 section 12.1.1), else to its Contact.
[[nodiscard]] transaction::Flow way_to_sender(const wire::sip::Message &request,
                                              const transaction::Flow &flow);

} // namespace cord::engine::proxy
