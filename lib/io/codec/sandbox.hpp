// The cage of a codec worker: what decodes strangers' bitstreams needs memory and the sockets it has, nothing
// else.
#pragma once

#include "base/result.hpp"

namespace cord::io::codec {

/// From here on this process can read and write what it has open, get memory up to a limit, tell the time and
/// exit. Anything else (opening a file or socket, starting a program, making memory executable) kills it.
[[nodiscard]] base::Result<void> enter_sandbox();

} // namespace cord::io::codec
