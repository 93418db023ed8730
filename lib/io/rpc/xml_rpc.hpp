// XML-RPC without sockets: a methodCall in, a methodResponse out, by the same methods as JSON-RPC.
#pragma once

#include <string>
#include <string_view>

#include "io/rpc/methods.hpp"

namespace cord::io::rpc {

/// A refusal, also that of a document which is no call, is a fault with its code. A parameter that is an
/// array or a struct comes to the method as JSON text; a struct alone names the parameters.
[[nodiscard]] std::string answer_xml(const Methods &methods, std::string_view document);

} // namespace cord::io::rpc
