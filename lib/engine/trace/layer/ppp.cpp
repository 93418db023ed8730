#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// RFC 1662 section 3.1: an address and a control byte may stand in front. RFC 1661 section 2: the protocol
// field is one byte when its first is odd.
Layer inside_ppp(base::Bytes b) {
    if (b.size() >= 2 && b[0] == 0xFF && b[1] == 0x03)
        b = b.subspan(2);
    if (b.size() < 2)
        return {};
    const bool short_form = (b[0] & 1) != 0;
    const std::uint16_t protocol = short_form ? b[0] : base::load16(b.data());
    const base::Bytes rest = b.subspan(short_form ? 1 : 2);
    switch (protocol) {
    case 0x0021:
    case 0x0057: return of_ip_version(rest);
    case 0x0281: return {Protocol::mpls, rest}; // RFC 3032 section 4.3
    default: return {};
    }
}

} // namespace cord::engine::trace::layer
