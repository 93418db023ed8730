// The one place that reads clocks. Everything else is handed the time.
#pragma once

#include "base/time.hpp"

namespace cord::io::net {

/// Both clocks, read once for an event and handed inward.
[[nodiscard]] base::Now now();

} // namespace cord::io::net
