#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// An address and a control byte, then an EtherType.
Layer inside_cisco_hdlc(base::Bytes b) {
    return b.size() < 4 ? Layer{} : of_ether_type(base::load16(&b[2]), b.subspan(4));
}

} // namespace cord::engine::trace::layer
