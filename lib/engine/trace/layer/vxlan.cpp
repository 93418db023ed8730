#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// RFC 7348 section 5: eight bytes, then an Ethernet frame.
Layer inside_vxlan(base::Bytes b) { return b.size() < 8 ? Layer{} : Layer{Protocol::ethernet, b.subspan(8)}; }

// draft-ietf-nvo3-vxlan-gpe section 3: the fourth byte tells what follows.
Layer inside_vxlan_gpe(base::Bytes b) {
    if (b.size() < 8)
        return {};
    const base::Bytes rest = b.subspan(8);
    switch (b[3]) {
    case 1:
    case 2: return of_ip_version(rest);
    case 3: return {Protocol::ethernet, rest};
    default: return {};
    }
}

} // namespace cord::engine::trace::layer
