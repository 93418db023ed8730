// What codecs of frames have in common: how many go into a payload, and how a gap is filled with guessed
// ones.
#pragma once

#include <algorithm>

#include "io/codec/codec.hpp"

namespace cord::io::codec {

/// Whole frames of `milliseconds` in one payload: `ptime` rounded down, but one at least.
[[nodiscard]] inline base::Result<std::size_t> frames_per_payload(const CodecSpec &spec,
                                                                  std::uint32_t milliseconds) {
    auto ptime = ptime_of(spec);
    if (!ptime)
        return tl::unexpected(ptime.error());
    return std::max<std::size_t>(*ptime / milliseconds, 1);
}

/// Appends `samples` of what `guess(out)` appends, frame by frame.
template <class Guess>
void fill_by_frames(std::size_t samples, Pcm &out, Guess guess) {
    const std::size_t end = out.size() + samples;
    while (out.size() < end)
        guess(out);
    out.resize(end);
}

} // namespace cord::io::codec
