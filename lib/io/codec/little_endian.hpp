// Numbers with the least significant octet first, as WAV and Ogg have them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace cord::io::codec::little {

[[nodiscard]] inline std::uint64_t load(const std::uint8_t *p, int octets) {
    std::uint64_t v = 0;
    for (int n = octets - 1; n >= 0; --n)
        v = v << 8 | p[n];
    return v;
}
[[nodiscard]] inline std::uint16_t load16(const std::uint8_t *p) {
    return static_cast<std::uint16_t>(load(p, 2));
}
[[nodiscard]] inline std::uint32_t load32(const std::uint8_t *p) {
    return static_cast<std::uint32_t>(load(p, 4));
}

inline void put(std::vector<std::uint8_t> &out, std::uint64_t v, int octets) {
    for (int n = 0; n < octets; ++n)
        out.push_back(static_cast<std::uint8_t>(v >> (8 * n)));
}

} // namespace cord::io::codec::little
