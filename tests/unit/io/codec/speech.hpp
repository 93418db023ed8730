// Something like speech to put through codecs that know only speech, and how near to it is what comes out.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "io/codec/pcm.hpp"

namespace cord::io::codec::test {

/// A resonance of the vocal tract: two poles.
class Resonator {
  public:
    void tune(double hertz, double width, double rate) {
        const double r = std::exp(-std::numbers::pi * width / rate);
        b_ = 2 * r * std::cos(2 * std::numbers::pi * hertz / rate);
        c_ = -r * r;
        a_ = 1 - b_ - c_;
    }
    double operator()(double x) {
        const double y = a_ * x + b_ * before_ + c_ * before_that_;
        before_that_ = before_;
        return before_ = y;
    }

  private:
    double a_ = 1, b_ = 0, c_ = 0, before_ = 0, before_that_ = 0;
};

/// A voice that says vowel after vowel with a melody, each after a hiss and every third before a pause.
inline Pcm speech(std::uint32_t rate, double seconds) {
    // Of a, i, u, e and o.
    constexpr std::array<std::array<double, 3>, 5> vowels{
        {{730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240}, {530, 1840, 2480}, {570, 840, 2410}}};
    std::array<Resonator, 3> tract;
    Pcm out;
    double phase = 0, pulse = 0;
    std::uint32_t noise = 1;
    const auto syllable = static_cast<std::size_t>(rate * 0.24);
    for (std::size_t n = 0; n < static_cast<std::size_t>(rate * seconds); ++n) {
        const std::size_t which = n / syllable;
        const double part = static_cast<double>(n % syllable) / static_cast<double>(syllable);
        for (std::size_t f = 0; f < 3; ++f)
            tract[f].tune(vowels[which % 5][f], 60 + 40.0 * static_cast<double>(f), rate);
        noise = noise * 1664525 + 1013904223;
        const double hiss = static_cast<double>(noise >> 16) / 32768 - 1;
        phase += (110 + 40 * std::sin(2.1 * static_cast<double>(n) / rate)) / rate;
        const bool struck = phase >= 1;
        phase -= struck ? 1 : 0;
        pulse = 0.93 * pulse + (struck ? 1 : 0);
        const double loud = which % 3 == 2 && part > 0.6 ? 0 : std::sin(std::numbers::pi * part);
        double x = part < 0.15 ? 0.05 * hiss : pulse + 0.002 * hiss;
        for (Resonator &r : tract)
            x = r(x);
        out.push_back(static_cast<std::int16_t>(std::clamp(6'000 * loud * x, -30'000.0, 30'000.0)));
    }
    return out;
}

/// The lag, up to 60 ms, at which `heard` resembles `said` most.
inline std::size_t delay_of(PcmView heard, PcmView said, std::uint32_t rate) {
    std::size_t best = 0;
    double most = -1e300;
    for (std::size_t lag = 0; lag < rate * 6 / 100 && lag < heard.size(); ++lag) {
        double sum = 0;
        for (std::size_t n = 0; n + lag < heard.size() && n < said.size(); n += 3)
            sum += double{1} * heard[n + lag] * said[n];
        if (sum > most) {
            most = sum;
            best = lag;
        }
    }
    return best;
}

/// Segmental signal-to-noise ratio, dB: of pieces of 16 ms that are not silent, each held between -10 and 35,
/// the mean. What a codec spoils here and there counts as little as it is heard; sound that is not the
/// original's has 0 or less.
inline double segmental_snr(PcmView heard, PcmView said, std::uint32_t rate) {
    heard = heard.subspan(delay_of(heard, said, rate));
    const std::size_t piece = rate * 16 / 1000;
    double sum = 0;
    int pieces = 0;
    for (std::size_t at = 0; at + piece <= std::min(heard.size(), said.size()); at += piece) {
        double signal = 0, rest = 1;
        for (std::size_t n = at; n < at + piece; ++n) {
            signal += double{1} * said[n] * said[n];
            rest += std::pow(double{1} * said[n] - heard[n], 2);
        }
        if (signal / static_cast<double>(piece) < 100.0 * 100.0)
            continue;
        sum += std::clamp(10 * std::log10(signal / rest), -10.0, 35.0);
        ++pieces;
    }
    return pieces > 0 ? sum / pieces : -10;
}

} // namespace cord::io::codec::test
