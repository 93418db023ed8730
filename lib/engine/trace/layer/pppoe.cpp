#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// RFC 2516 section 4: version and type, code, session, length.
Layer inside_pppoe(base::Bytes b) { return b.size() < 6 ? Layer{} : Layer{Protocol::ppp, b.subspan(6)}; }

} // namespace cord::engine::trace::layer
