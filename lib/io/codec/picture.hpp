// A picture as video codecs take and give it: luma, and two planes of colour of half its width and height.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cord::io::codec {

struct Picture {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::array<std::vector<std::uint8_t>, 3> planes; // Y, U and V, row after row without gaps

    Picture() = default;
    Picture(std::uint32_t w, std::uint32_t h) : width(w), height(h) {
        for (std::size_t n = 0; n < planes.size(); ++n)
            planes[n].resize(std::size_t{plane_width(n)} * plane_height(n));
    }
    [[nodiscard]] std::uint32_t plane_width(std::size_t n) const { return n == 0 ? width : (width + 1) / 2; }
    [[nodiscard]] std::uint32_t plane_height(std::size_t n) const {
        return n == 0 ? height : (height + 1) / 2;
    }
};

/// A side of a picture is no longer; it keeps what a stranger's stream can ask for in bounds.
inline constexpr std::uint32_t max_side = 4096;

/// The picture at another size.
[[nodiscard]] Picture scaled(const Picture &picture, std::uint32_t width, std::uint32_t height);

/// Fills a plane from rows that lie `stride` octets apart.
inline void copy_plane(const std::uint8_t *from, std::ptrdiff_t stride, Picture &to, std::size_t n) {
    const std::size_t width = to.plane_width(n);
    auto row = to.planes[n].begin();
    for (std::uint32_t y = 0; y < to.plane_height(n); ++y, from += stride)
        row = std::copy_n(from, width, row);
}

} // namespace cord::io::codec
