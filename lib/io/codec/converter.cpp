#include "io/codec/converter.hpp"

#include <speex/speex_resampler.h>

#include <algorithm>
#include <new>

namespace cord::io::codec {

/// Of 0 to 10; 5 leaves aliases 80 dB down or so and costs little beside any codec.
static constexpr int quality = 5;

void Converter::Free::operator()(SpeexResamplerState_ *s) const { speex_resampler_destroy(s); }

Converter::Converter(PcmFormat from, PcmFormat to) : from_(from), to_(to) {
    if (from.rate == to.rate)
        return;
    int error = RESAMPLER_ERR_SUCCESS;
    resampler_.reset(speex_resampler_init(to.channels, from.rate, to.rate, quality, &error));
    if (!resampler_)
        throw std::bad_alloc();
    // The filter's delay would shift the sound.
    speex_resampler_skip_zeros(resampler_.get());
}

void Converter::convert(PcmView pcm, Pcm &out) {
    PcmView mixed = remixed(pcm);
    if (resampler_)
        resample(mixed, out);
    else
        out.insert(out.end(), mixed.begin(), mixed.end());
}

void Converter::finish(Pcm &out) {
    if (!resampler_)
        return;
    const Pcm silence(static_cast<std::size_t>(speex_resampler_get_input_latency(resampler_.get())) *
                      to_.channels);
    resample(silence, out);
}

PcmView Converter::remixed(PcmView pcm) {
    if (from_.channels == to_.channels)
        return pcm;
    mixed_.clear();
    if (from_.channels == 1)
        for (std::int16_t sample : pcm)
            mixed_.insert(mixed_.end(), to_.channels, sample);
    else
        for (std::size_t n = 0; n + 1 < pcm.size(); n += 2)
            mixed_.push_back(static_cast<std::int16_t>((pcm[n] + pcm[n + 1]) / 2));
    return mixed_;
}

void Converter::resample(PcmView pcm, Pcm &out) {
    while (!pcm.empty()) {
        const std::size_t frames = pcm.size() / to_.channels;
        auto in_frames = static_cast<spx_uint32_t>(std::min<std::size_t>(frames, 4096));
        auto out_frames = static_cast<spx_uint32_t>(std::uint64_t{in_frames} * to_.rate / from_.rate + 64);
        const std::size_t begin = out.size();
        out.resize(begin + std::size_t{out_frames} * to_.channels);
        speex_resampler_process_interleaved_int(resampler_.get(), pcm.data(), &in_frames, out.data() + begin,
                                                &out_frames);
        out.resize(begin + std::size_t{out_frames} * to_.channels);
        pcm = pcm.subspan(std::size_t{in_frames} * to_.channels);
        if (in_frames == 0)
            return;
    }
}

} // namespace cord::io::codec
