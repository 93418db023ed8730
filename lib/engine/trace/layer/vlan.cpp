#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// IEEE 802.1Q: a tag, then the type of what follows, which may be another tag.
Layer inside_vlan(base::Bytes b) {
    return b.size() < 4 ? Layer{} : of_ether_type(base::load16(&b[2]), b.subspan(4));
}

} // namespace cord::engine::trace::layer
