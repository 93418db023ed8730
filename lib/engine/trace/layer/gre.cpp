#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// RFC 2784 and 2890: a checksum, a key and a sequence number may follow; RFC 2637 (PPTP, version 1) has an
// acknowledgment number, too.
Layer inside_gre(base::Bytes b) {
    constexpr std::uint16_t erspan_1_and_2 = 0x88BE;
    constexpr std::uint16_t erspan_3 = 0x22EB;
    constexpr std::uint16_t ppp = 0x880B;
    if (b.size() < 4 || (b[1] & 7) > 1)
        return {};
    const auto four_if = [](bool present) { return present ? std::size_t{4} : 0; };
    const bool sequence = (b[0] & 0x10) != 0;
    const std::size_t header = 4 + four_if((b[0] & 0x80) != 0) + four_if((b[0] & 0x20) != 0) +
                               four_if(sequence) + four_if((b[1] & 7) == 1 && (b[1] & 0x80) != 0);
    const base::Bytes rest = behind(b, header);
    switch (const std::uint16_t type = base::load16(&b[2]); type) {
    // ERSPAN I has neither a header of its own nor a sequence number.
    case erspan_1_and_2: return {sequence ? Protocol::erspan2 : Protocol::ethernet, rest};
    case erspan_3: return {Protocol::erspan3, rest};
    case ppp: return {Protocol::ppp, rest};
    default: return of_ether_type(type, rest);
    }
}

} // namespace cord::engine::trace::layer
