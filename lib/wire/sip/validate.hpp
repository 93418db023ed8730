// RFC 3261 section 16.3 item 1, "Reasonable Syntax Check".
#pragma once

#include <optional>

#include "wire/sip/message.hpp"

namespace cord::wire::sip {

/// The first reason not to process this message: what indexing found, a mandatory header missing, there twice
/// or malformed, a CSeq of another method. Headers that a proxy has no business with (Date, Subject, …) are
/// not read. A request is answered with the fault's code (400, 505, 513); a response is dropped.
[[nodiscard]] std::optional<Fault> validate(const Message &m);

} // namespace cord::wire::sip
