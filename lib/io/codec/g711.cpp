#include "io/codec/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace cord::io::codec::g711 {

namespace {

// ITU-T G.711 table 2: a code is sign, three bits of segment, four bits within it, all inverted on the line.
// A segment is twice as wide as the one below.
constexpr std::int16_t expand_mu(std::uint8_t line) {
    const unsigned code = static_cast<std::uint8_t>(~line);
    const int segment = code >> 4 & 7;
    // Moved up by 33 (of 14 bits) so that all segments are alike, and to the middle of the step.
    const int magnitude = ((((code & 0x0f) << 1) + 33) << segment) - 33;
    return static_cast<std::int16_t>(((code & 0x80) != 0 ? -magnitude : magnitude) * 4);
}

// Table 1: as above, but the two lowest segments are one straight line, and only the even bits are inverted.
constexpr std::int16_t expand_a(std::uint8_t line) {
    const unsigned code = line ^ 0x55u;
    const int segment = code >> 4 & 7;
    const int step = static_cast<int>((code & 0x0f) << 1) + 1;
    const int magnitude = segment == 0 ? step : (step + 32) << (segment - 1);
    return static_cast<std::int16_t>(((code & 0x80) != 0 ? magnitude : -magnitude) * 8);
}

template <class F>
constexpr std::array<std::int16_t, 256> table(F expand) {
    std::array<std::int16_t, 256> out{};
    for (unsigned code = 0; code < 256; ++code)
        out[code] = expand(static_cast<std::uint8_t>(code));
    return out;
}

constexpr auto mu_table = table(expand_mu);
constexpr auto a_table = table(expand_a);

/// One's complement: the halves below and above zero mirror each other, as the decision values do.
constexpr unsigned magnitude_of(std::int16_t sample) {
    return static_cast<unsigned>(sample < 0 ? ~sample : sample);
}

} // namespace

std::uint8_t to_mu_law(std::int16_t sample) {
    const unsigned magnitude = std::min((magnitude_of(sample) >> 2) + 33, 0x1fffu);
    const unsigned segment = static_cast<unsigned>(std::bit_width(magnitude)) - 6;
    const unsigned code = segment << 4 | (magnitude >> (segment + 1) & 0x0f);
    return static_cast<std::uint8_t>(~(code | (sample < 0 ? 0x80u : 0u)));
}

std::uint8_t to_a_law(std::int16_t sample) {
    const unsigned magnitude = magnitude_of(sample) >> 4;
    unsigned code = magnitude;
    if (magnitude > 0x0f) {
        const unsigned segment = static_cast<unsigned>(std::bit_width(magnitude)) - 4;
        code = segment << 4 | (magnitude >> (segment - 1) & 0x0f);
    }
    return static_cast<std::uint8_t>((code | (sample < 0 ? 0u : 0x80u)) ^ 0x55u);
}

std::int16_t from_mu_law(std::uint8_t code) { return mu_table[code]; }
std::int16_t from_a_law(std::uint8_t code) { return a_table[code]; }

} // namespace cord::io::codec::g711
