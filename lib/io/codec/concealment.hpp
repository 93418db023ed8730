// Loss concealment for codecs that have none of their own, after ITU-T G.711 Appendix I: the last pitch
// period is repeated, fading to silence, and the sound that comes back is blended in.
#pragma once

#include <cstddef>
#include <span>

#include "io/codec/pcm.hpp"

namespace cord::io::codec {

class Concealment {
  public:
    explicit Concealment(PcmFormat format) : format_(format) {}

    /// Sound that was received: remembered, and its beginning blended with what a concealment led up to.
    void heard(std::span<std::int16_t> pcm);
    /// Appends `frames` frames of what may have been.
    void conceal(std::size_t frames, Pcm &out);

  private:
    [[nodiscard]] std::size_t frames_in(unsigned milliseconds) const {
        return std::size_t{format_.rate} * milliseconds / 1000;
    }
    void find_period();
    [[nodiscard]] double likeness(std::size_t lag, std::size_t length) const;
    [[nodiscard]] float gain() const;
    [[nodiscard]] std::int16_t guess(std::size_t channel) const;

    PcmFormat format_;
    Pcm history_;            // the last 30 ms at most
    std::size_t period_ = 0; // frames; 0 while nothing is lost
    std::size_t guessed_ = 0;
};

} // namespace cord::io::codec
