// SIP known by what it looks like, whatever the port.
#pragma once

#include <string_view>

namespace cord::engine::trace {

/// Whether a request line or a status line stands at the front. RFC 3261 section 7.5 lets line ends stand
/// before it.
[[nodiscard]] bool looks_like_sip(std::string_view bytes);

/// Where the first line begins that looks like a start line, npos when there is none. Used to find the way
/// back into a stream.
[[nodiscard]] std::size_t find_start_line(std::string_view bytes);

} // namespace cord::engine::trace
