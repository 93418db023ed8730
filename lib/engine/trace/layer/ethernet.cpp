#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// IEEE 802.3: two addresses, then a type, or a length when it is below 1536. RFC 1042: what follows a length
// may be a SNAP header with a type of its own.
Layer inside_ethernet(base::Bytes b) {
    if (b.size() < 14)
        return {};
    const std::uint16_t type = base::load16(&b[12]);
    const base::Bytes rest = b.subspan(14);
    if (type >= 1536)
        return of_ether_type(type, rest);
    const bool snap = rest.size() >= 8 && rest[0] == 0xAA && rest[1] == 0xAA && rest[2] == 0x03;
    return snap ? of_ether_type(base::load16(&rest[6]), rest.subspan(8)) : Layer{};
}

} // namespace cord::engine::trace::layer
