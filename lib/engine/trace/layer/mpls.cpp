#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// RFC 3032 section 2.1: labels until the one with the bottom-of-stack bit. What they carry is not said, so it
// is told by what makes sense: IP, or an Ethernet frame with a control word in front (RFC 4385 section 3:
// "the first nibble has a value of 0") or without.
Layer inside_mpls(base::Bytes b) {
    while (b.size() >= 4 && (b[2] & 1) == 0)
        b = b.subspan(4);
    b = behind(b, 4);
    if (const Layer ip = of_ip_version(b); ip.protocol != Protocol::nothing)
        return ip;
    for (const std::size_t control_word : {4, 0}) {
        const base::Bytes frame = behind(b, control_word);
        if (inside_ethernet(frame).protocol != Protocol::nothing)
            return {Protocol::ethernet, frame};
    }
    return {};
}

} // namespace cord::engine::trace::layer
