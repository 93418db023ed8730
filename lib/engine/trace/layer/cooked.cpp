#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// What Linux captures on "any": an EtherType among facts about the interface.
Layer inside_sll(base::Bytes b) {
    return b.size() < 16 ? Layer{} : of_ether_type(base::load16(&b[14]), b.subspan(16));
}

Layer inside_sll2(base::Bytes b) {
    return b.size() < 20 ? Layer{} : of_ether_type(base::load16(&b[0]), b.subspan(20));
}

} // namespace cord::engine::trace::layer
