#include "io/codec/picture.hpp"

namespace cord::io::codec {

namespace {

struct Plane {
    const std::uint8_t *octets;
    std::uint32_t width;
    std::uint32_t height;
};

/// Where the `n`th of `to` samples lies among `from`, in 1/256 of a sample from the first one's middle.
std::uint32_t place(std::uint32_t n, std::uint32_t from, std::uint32_t to) {
    const std::int64_t middle = (std::int64_t{2} * n + 1) * from * 128 / to - 128;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(middle, 0, std::int64_t{from - 1} * 256));
}

/// Between the four samples around it.
std::uint8_t sample(const Plane &p, std::uint32_t x, std::uint32_t y) {
    const std::uint32_t left = x / 256;
    const std::uint32_t top = y / 256;
    const std::uint32_t right = std::min(left + 1, p.width - 1);
    const std::uint32_t bottom = std::min(top + 1, p.height - 1);
    auto at = [&p](std::uint32_t column, std::uint32_t row) -> std::uint32_t {
        return p.octets[std::size_t{row} * p.width + column];
    };
    const std::uint32_t upper = at(left, top) * (256 - x % 256) + at(right, top) * (x % 256);
    const std::uint32_t lower = at(left, bottom) * (256 - x % 256) + at(right, bottom) * (x % 256);
    return static_cast<std::uint8_t>((upper * (256 - y % 256) + lower * (y % 256) + 32'768) / 65'536);
}

} // namespace

Picture scaled(const Picture &picture, std::uint32_t width, std::uint32_t height) {
    Picture out(width, height);
    std::vector<std::uint32_t> columns;
    for (std::size_t n = 0; n < out.planes.size(); ++n) {
        const Plane from{picture.planes[n].data(), picture.plane_width(n), picture.plane_height(n)};
        columns.clear();
        for (std::uint32_t x = 0; x < out.plane_width(n); ++x)
            columns.push_back(place(x, from.width, out.plane_width(n)));
        auto to = out.planes[n].begin();
        for (std::uint32_t y = 0; y < out.plane_height(n); ++y)
            for (std::uint32_t x : columns)
                *to++ = sample(from, x, place(y, from.height, out.plane_height(n)));
    }
    return out;
}

} // namespace cord::io::codec
