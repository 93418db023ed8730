#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// Packets from netfilter: four bytes, then fields of host byte order, little-endian on every machine seen.
// Type 9 holds the packet.
Layer inside_nflog(base::Bytes b) {
    constexpr std::uint16_t payload = 9;
    b = behind(b, 4);
    while (b.size() >= 4) {
        const auto length = static_cast<std::size_t>(b[1] << 8 | b[0]);
        const auto type = static_cast<std::uint16_t>(b[3] << 8 | b[2]);
        if (length < 4 || length > b.size())
            return {};
        if (type == payload)
            return of_ip_version(b.subspan(4, length - 4));
        b = behind(b, (length + 3) / 4 * 4);
    }
    return {};
}

} // namespace cord::engine::trace::layer
