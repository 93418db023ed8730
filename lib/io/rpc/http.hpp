// RPC over HTTP: POST /RPC with JSON-RPC 2.0 or XML-RPC, whichever the content type says.
#pragma once

#include "io/http/message.hpp"
#include "io/rpc/methods.hpp"

namespace cord::io::rpc {

/// For a listener that only operators reach: whoever can send a request may do all. A page in an operator's
/// browser is kept out by its Origin and by the content types, which no form can send.
[[nodiscard]] http::Response answer_http(const Methods &methods, const http::Request &request);

} // namespace cord::io::rpc
