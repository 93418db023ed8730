// What RFC 9112 and RFC 6455 ask of a request's head, beyond its form.
#pragma once

#include <string_view>

namespace cord::io::http {

/// A Host field's value (RFC 9110 section 7.2): a host and perhaps a port, or nothing.
[[nodiscard]] bool is_host(std::string_view value);

/// The target from its path on: the absolute form of RFC 9112 section 3.2.2 loses scheme and authority, all
/// others stay as they are.
[[nodiscard]] std::string_view origin_form(std::string_view target);

/// A Sec-WebSocket-Key (RFC 6455 section 4.1): 16 bytes in base64.
[[nodiscard]] bool is_websocket_key(std::string_view value);

} // namespace cord::io::http
