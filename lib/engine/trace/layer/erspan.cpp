#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// draft-foschiano-erspan-03 section 4.2: eight bytes, then the mirrored frame.
Layer inside_erspan2(base::Bytes b) {
    return b.size() < 8 ? Layer{} : Layer{Protocol::ethernet, b.subspan(8)};
}

// Section 4.3: twelve bytes, and eight more when the last bit of them is set. Of its frame types 0 is
// Ethernet, 2 is IP.
Layer inside_erspan3(base::Bytes b) {
    if (b.size() < 12)
        return {};
    const bool platform_specific = (b[11] & 1) != 0;
    const unsigned frame_type = (b[10] >> 2) & 0x1F;
    const base::Bytes rest = behind(b, platform_specific ? 20 : 12);
    return frame_type == 2 ? of_ip_version(rest) : Layer{Protocol::ethernet, rest};
}

} // namespace cord::engine::trace::layer
