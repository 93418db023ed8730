#include "io/codec/concealment.hpp"

#include <algorithm>
#include <cmath>

namespace cord::io::codec {

void Concealment::heard(std::span<std::int16_t> pcm) {
    if (period_ != 0) {
        const std::size_t blend = std::min(frames_in(4), pcm.size() / format_.channels);
        for (std::size_t n = 0; n < blend; ++n, ++guessed_)
            for (std::size_t c = 0; c < format_.channels; ++c) {
                std::int16_t &sample = pcm[n * format_.channels + c];
                const float share = static_cast<float>(n + 1) / static_cast<float>(blend + 1);
                sample = static_cast<std::int16_t>(static_cast<float>(sample) * share +
                                                   static_cast<float>(guess(c)) * (1 - share));
            }
        period_ = 0;
    }
    const std::size_t kept = frames_in(30) * format_.channels;
    history_.insert(history_.end(), pcm.begin(), pcm.end());
    if (history_.size() > kept)
        history_.erase(history_.begin(), history_.end() - static_cast<std::ptrdiff_t>(kept));
}

void Concealment::conceal(std::size_t frames, Pcm &out) {
    if (period_ == 0)
        find_period();
    for (std::size_t n = 0; n < frames; ++n, ++guessed_)
        for (std::size_t c = 0; c < format_.channels; ++c)
            out.push_back(guess(c));
}

/// The lag between 5 and 15 ms (66 to 200 Hz) at which the last sound resembles itself most.
void Concealment::find_period() {
    guessed_ = 0;
    period_ = frames_in(5);
    const std::size_t length = frames_in(15);
    if (history_.size() < 2 * length * format_.channels)
        return;
    double best = -1;
    for (std::size_t lag = frames_in(5); lag <= length; ++lag)
        if (double alike = likeness(lag, length); alike > best) {
            best = alike;
            period_ = lag;
        }
}

/// Normalised correlation of the last `length` frames with those `lag` earlier, by the first channel.
double Concealment::likeness(std::size_t lag, std::size_t length) const {
    const std::size_t step = format_.channels;
    const std::int16_t *late = history_.data() + history_.size() - length * step;
    const std::int16_t *early = late - lag * step;
    double product = 0;
    double energy = 1;
    for (std::size_t n = 0; n < length * step; n += step) {
        product += double{1} * late[n] * early[n];
        energy += double{1} * early[n] * early[n];
    }
    return product / std::sqrt(energy);
}

/// Appendix I section I.2.7: full for 10 ms, then falling by 20 % each 10 ms, silent after 60.
float Concealment::gain() const {
    const float ms = static_cast<float>(guessed_) * 1000 / static_cast<float>(format_.rate);
    return std::clamp(1 - (ms - 10) / 50, 0.0F, 1.0F);
}

std::int16_t Concealment::guess(std::size_t channel) const {
    const std::size_t back = (period_ - guessed_ % period_) * format_.channels;
    if (back > history_.size())
        return 0;
    return static_cast<std::int16_t>(static_cast<float>(history_[history_.size() - back + channel]) * gain());
}

} // namespace cord::io::codec
