#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// 3GPP TS 29.281 section 5.1: flags, type, length, tunnel; when one of the flags E, S, PN is set, four bytes
// more, whose last is the type of the next extension header, 0 when there is none. Section 5.2.1: each of
// those begins with its length in units of four bytes and ends with the type of the next.
Layer inside_gtp_u(base::Bytes b) {
    constexpr std::uint8_t g_pdu = 255;
    if (b.size() < 8 || b[1] != g_pdu)
        return {};
    if ((b[0] & 0x07) == 0)
        return of_ip_version(b.subspan(8));
    if (b.size() < 12)
        return {};
    const bool extended = (b[0] & 0x04) != 0;
    std::uint8_t next = extended ? b[11] : 0;
    b = b.subspan(12);
    while (next != 0) {
        const std::size_t size = b.empty() ? 0 : b[0] * std::size_t{4};
        if (size == 0 || size > b.size())
            return {};
        next = b[size - 1];
        b = b.subspan(size);
    }
    return of_ip_version(b);
}

} // namespace cord::engine::trace::layer
