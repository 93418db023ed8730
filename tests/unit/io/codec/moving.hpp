// Pictures that move, and how near to them is what comes out of a codec.
#pragma once

#include <cmath>

#include "io/codec/picture.hpp"

namespace cord::io::codec::test {

/// The `n`th picture: a slope of light and colours, with a square that wanders over it.
inline Picture moving_picture(std::uint32_t width, std::uint32_t height, std::uint32_t n) {
    Picture out(width, height);
    for (std::uint32_t y = 0; y < height; ++y)
        for (std::uint32_t x = 0; x < width; ++x) {
            const bool square =
                (x + width - 3 * n % width) % width < width / 4 && y > height / 4 && y < height / 2;
            out.planes[0][y * width + x] =
                static_cast<std::uint8_t>(square ? 220 : 40 + 100 * x / width + 40 * y / height);
        }
    for (std::size_t plane = 1; plane < 3; ++plane)
        for (std::uint32_t y = 0; y < out.plane_height(plane); ++y)
            for (std::uint32_t x = 0; x < out.plane_width(plane); ++x)
                out.planes[plane][y * out.plane_width(plane) + x] = static_cast<std::uint8_t>(
                    plane == 1 ? 90 + 60 * x / out.plane_width(1) : 160 - 60 * y / out.plane_height(2));
    return out;
}

/// The peak signal-to-noise ratio of all three planes, in dB; 0 where the sizes differ.
inline double psnr(const Picture &a, const Picture &b) {
    if (a.width != b.width || a.height != b.height)
        return 0;
    double squares = 0;
    std::size_t samples = 0;
    for (std::size_t plane = 0; plane < 3; ++plane)
        for (std::size_t at = 0; at < a.planes[plane].size(); ++at, ++samples) {
            const double difference = static_cast<double>(a.planes[plane][at]) - b.planes[plane][at];
            squares += difference * difference;
        }
    return squares == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(samples) / squares);
}

} // namespace cord::io::codec::test
