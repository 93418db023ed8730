// Between two formats of sound: channels mixed or doubled, rate changed by libspeexdsp, in a stream of any
// length.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "io/codec/pcm.hpp"

struct SpeexResamplerState_;

namespace cord::io::codec {

class Converter {
  public:
    Converter(PcmFormat from, PcmFormat to);

    [[nodiscard]] PcmFormat from() const { return from_; }
    /// Appends what comes of `pcm`. Sound does not move in time; up to a few milliseconds wait for the next
    /// call.
    void convert(PcmView pcm, Pcm &out);
    /// Appends what still waits: the stream ends here.
    void finish(Pcm &out);

  private:
    struct Free {
        void operator()(SpeexResamplerState_ *s) const;
    };
    [[nodiscard]] PcmView remixed(PcmView pcm);
    void resample(PcmView pcm, Pcm &out);

    PcmFormat from_;
    PcmFormat to_;
    std::unique_ptr<SpeexResamplerState_, Free> resampler_;
    Pcm mixed_;
};

} // namespace cord::io::codec
