// Tones to put through codecs, and how much of what comes out is that tone.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "io/codec/pcm.hpp"

namespace cord::io::codec::test {

inline Pcm tone(PcmFormat format, double hertz, double seconds, double amplitude = 8000) {
    Pcm out;
    const auto frames = static_cast<std::size_t>(format.rate * seconds);
    for (std::size_t n = 0; n < frames; ++n) {
        const double phase = 2 * std::numbers::pi * hertz * static_cast<double>(n) / format.rate;
        out.insert(out.end(), format.channels,
                   static_cast<std::int16_t>(std::lrint(amplitude * std::sin(phase))));
    }
    return out;
}

struct ToneFit {
    double amplitude = 0;
    double snr_db = 0; // power of the tone over that of all else
};

/// The least-squares fit of a sine of this frequency, whatever its phase: what a delay or a filter does to it
/// does not count as noise, everything else does.
inline ToneFit fit_tone(PcmView mono, std::uint32_t rate, double hertz) {
    double ss = 0;
    double cc = 0;
    double sc = 0;
    double xs = 0;
    double xc = 0;
    double xx = 0;
    for (std::size_t n = 0; n < mono.size(); ++n) {
        const double phase = 2 * std::numbers::pi * hertz * static_cast<double>(n) / rate;
        const double s = std::sin(phase);
        const double c = std::cos(phase);
        const double x = mono[n];
        ss += s * s;
        cc += c * c;
        sc += s * c;
        xs += x * s;
        xc += x * c;
        xx += x * x;
    }
    const double det = ss * cc - sc * sc;
    if (det == 0)
        return {};
    const double a = (xs * cc - xc * sc) / det;
    const double b = (xc * ss - xs * sc) / det;
    const double fitted = a * xs + b * xc;
    const double rest = std::max(xx - fitted, 1e-9);
    return {std::sqrt(a * a + b * b), 10 * std::log10(std::max(fitted, 1e-9) / rest)};
}

/// The amplitude of a tone as loud as the quietest 20 ms: what tells a concealed gap from a silent one,
/// though the guess may be out of phase.
inline double quietest(PcmView mono, std::uint32_t rate) {
    const std::size_t window = rate / 50;
    double least = 1e18;
    for (std::size_t at = 0; at + window <= mono.size(); at += window) {
        double energy = 0;
        for (std::int16_t sample : mono.subspan(at, window))
            energy += double{1} * sample * sample;
        least = std::min(least, energy);
    }
    return std::sqrt(2 * least / static_cast<double>(window));
}

/// One channel of interleaved sound.
inline Pcm channel(PcmView pcm, std::size_t channels, std::size_t which) {
    Pcm out;
    for (std::size_t n = which; n < pcm.size(); n += channels)
        out.push_back(pcm[n]);
    return out;
}

/// Without `seconds` at either end, where codecs fade in and delays show.
inline PcmView middle(PcmView mono, std::uint32_t rate, double seconds) {
    const auto cut = static_cast<std::size_t>(rate * seconds);
    return mono.size() > 2 * cut ? mono.subspan(cut, mono.size() - 2 * cut) : PcmView{};
}

} // namespace cord::io::codec::test
