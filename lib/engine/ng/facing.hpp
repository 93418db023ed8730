// How to speak with each side: read from the offer for the one, from the options and the offer for the other.
#pragma once

#include "engine/ng/call.hpp"
#include "engine/ng/options.hpp"

namespace cord::engine::ng {

/// Whether we relay the section at all: RTP audio and video.
[[nodiscard]] bool is_relayed(const sdp::Media &media);

/// Toward the side whose offer this is.
[[nodiscard]] Facing facing_offerer(const sdp::Session &offer, const Options &options);

/// Toward the side that will get the offer. `before` is how it was spoken with, when it was.
[[nodiscard]] Facing facing_answerer(const sdp::Session &offer, const Facing &offerer, const Options &options,
                                     const std::optional<Facing> &before);

/// For each section of the offer, the section whose transport it uses; itself where nothing is bundled.
[[nodiscard]] std::vector<std::size_t> transport_owners(const sdp::Session &offer, const Facing &facing);

} // namespace cord::engine::ng
