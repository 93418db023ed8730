#include "io/cli/text_width.hpp"

#include <cstdint>

#include "base/utf8.hpp"

namespace cord::io::cli {
namespace {

std::size_t width_of(std::string_view character) {
    std::uint32_t point = static_cast<unsigned char>(character[0]);
    if (character.size() > 1)
        point &= 0x7fu >> character.size();
    for (char c : character.substr(1))
        point = point << 6 | (static_cast<unsigned char>(c) & 0x3f);
    // Combining marks, the joiner of emoji, variation selectors.
    if ((point >= 0x300 && point < 0x370) || point == 0x200d || (point >= 0xfe00 && point < 0xfe10))
        return 0;
    const bool wide = (point >= 0x1100 && point < 0x1160) || (point >= 0x2e80 && point < 0xa4d0) ||
                      (point >= 0xac00 && point < 0xd7a4) || (point >= 0xf900 && point < 0xfb00) ||
                      (point >= 0xff00 && point < 0xff61) || (point >= 0x1f300 && point < 0x1fb00);
    return wide ? 2 : 1;
}

} // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    base::characters(text, [&](std::string_view character, bool) { width += width_of(character); });
    return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
    std::string all, shorter; // `shorter` leaves room for the ellipsis.
    std::size_t used = 0;
    base::characters(text, [&](std::string_view character, bool) {
        used += width_of(character);
        if (used < width)
            shorter += character;
        all += character;
    });
    return used > width ? shorter + "…" : all;
}

std::string printable(std::string_view text) {
    std::string out;
    base::characters(text, [&](std::string_view character, bool good) {
        const auto lead = static_cast<unsigned char>(character[0]);
        const bool c1 =
            lead == 0xc2 && character.size() == 2 && static_cast<unsigned char>(character[1]) < 0xa0;
        out += !good || lead < 0x20 || lead == 0x7f || c1 ? std::string_view("?") : character;
    });
    return out;
}

} // namespace cord::io::cli
