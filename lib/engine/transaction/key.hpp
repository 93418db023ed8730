// What a message is matched to its transaction by.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/sip/message.hpp"
#include "wire/sip/via.hpp"

namespace cord::engine::transaction {

/// RFC 3261 section 17.2.3: branch, sent-by and method of a request, where an ACK counts as INVITE. A request
/// of an RFC 2543 client has no magic cookie; its Request-URI, From, Call-ID, CSeq number and top Via stand
/// in for the branch. The To tag is left out then, since an ACK has one that its INVITE had not. `method`
/// overrides the request's own: to find the INVITE that a CANCEL speaks of.
[[nodiscard]] std::string server_key(const wire::sip::Message &request, const wire::sip::Via &top,
                                     std::string_view method = {});

/// RFC 3261 section 17.1.3: branch of the top Via and method of the CSeq.
[[nodiscard]] std::string client_key(std::string_view branch, std::string_view method);
/// Nothing when the response lacks either.
[[nodiscard]] std::optional<std::string> client_key(const wire::sip::Message &response);

} // namespace cord::engine::transaction
