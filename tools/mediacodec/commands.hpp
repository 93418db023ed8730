// The subcommands: each takes its options as values and does its work.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "failure.hpp"

namespace cord::mediacodec {

/// Options that decode, encode and transcode share.
struct StreamOptions {
    std::string in = "-";
    std::string out = "-";
    std::vector<std::string> codecs; // -c or --from: CODEC or PT=CODEC
    std::string to;                  // --to
    std::string format = "auto";     // of RTP: auto, framed or rtpdump
    bool bare = false;
    std::int64_t ssrc = -1; // -1: a random one
    int verbosity = 0;
};

[[nodiscard]] Outcome<void> list(bool json);
[[nodiscard]] Outcome<void> decode(const StreamOptions &options);
[[nodiscard]] Outcome<void> encode(const StreamOptions &options);
[[nodiscard]] Outcome<void> transcode(const StreamOptions &options);
[[nodiscard]] Outcome<void> info(const StreamOptions &options, bool json);
[[nodiscard]] Outcome<void> worker();

} // namespace cord::mediacodec
