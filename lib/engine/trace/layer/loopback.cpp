#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// The address family in front has another number on each system; the IP version says as much.
Layer inside_loopback(base::Bytes b) { return of_ip_version(behind(b, 4)); }

} // namespace cord::engine::trace::layer
