// Sound as samples: 16 bits, channels interleaved. A "frame" is one sample of each channel.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cord::io::codec {

using Pcm = std::vector<std::int16_t>;
using PcmView = std::span<const std::int16_t>;

struct PcmFormat {
    std::uint32_t rate = 8000; // frames a second
    std::uint8_t channels = 1;
    bool operator==(const PcmFormat &) const = default;
};

} // namespace cord::io::codec
