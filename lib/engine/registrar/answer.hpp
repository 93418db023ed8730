// What the 200 to a REGISTER says beside its Contacts.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "engine/registrar/contact.hpp"
#include "engine/transaction/flow.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::registrar {

/// Names with whole values.
using AnswerHeaders = std::vector<std::pair<std::string_view, std::string>>;

/// RFC 5626 section 6: whether the request asks for a flow of its own.
[[nodiscard]] bool asks_for_outbound(const std::vector<Contact> &contacts);
/// Whether no proxy is between the client and us, as its Via tells.
[[nodiscard]] bool is_first_hop(const wire::sip::Message &request);
/// Whether it asks in vain, since the proxy next to the client does not take part.
[[nodiscard]] bool first_hop_lacks_outbound(const wire::sip::Message &request);

/// Require, and how often the client shall speak.
void add_outbound(AnswerHeaders &headers, transaction::Transport transport);
/// Date (RFC 3261 section 10.3 item 8), in the form of RFC 1123.
void add_date(AnswerHeaders &headers, base::UnixTime now);
/// Feature-Caps (RFC 8599) for services of these by which the clients can be woken.
void add_push_services(AnswerHeaders &headers, const wire::sip::Message &request,
                       const std::vector<Contact> &contacts, const std::vector<std::string> &providers);
/// Path (RFC 3327 section 5.3), to clients that know it.
void add_path(AnswerHeaders &headers, const wire::sip::Message &request);

} // namespace cord::engine::registrar
