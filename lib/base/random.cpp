#include "base/random.hpp"

#include <algorithm>

namespace cord::base {

std::uint64_t Random::u64() {
    std::array<std::uint8_t, 8> b;
    fill(b);
    return std::uint64_t{load32(b.data())} << 32 | load32(b.data() + 4);
}

std::uint32_t Random::u32() { return static_cast<std::uint32_t>(u64()); }

std::uint64_t Random::below(std::uint64_t below) {
    // Draws that would favour the small values are thrown away.
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % below;
    std::uint64_t v;
    do
        v = u64();
    while (v >= limit);
    return v % below;
}

std::string Random::token(std::size_t n) {
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    static constexpr std::uint64_t ten_characters = 839'299'365'868'340'224; // 62 to the tenth
    std::string out(n, ' ');
    std::uint64_t draw = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (i % 10 == 0)
            draw = below(ten_characters);
        out[i] = alphabet[draw % 62];
        draw /= 62;
    }
    return out;
}

void SeededRandom::fill(MutableBytes out) {
    while (!out.empty()) {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        std::size_t n = std::min<std::size_t>(8, out.size());
        for (std::size_t i = 0; i < n; ++i)
            out[i] = static_cast<std::uint8_t>(z >> 8 * i);
        out = out.subspan(n);
    }
}

} // namespace cord::base
