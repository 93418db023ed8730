// Writes the description that a side gets to see.
#pragma once

#include "engine/ng/call.hpp"
#include "engine/ng/config.hpp"
#include "engine/ng/options.hpp"

namespace cord::engine::ng {

/// `source` is what the other side has said; what in it is not ours to decide is passed on.
[[nodiscard]] sdp::Session describe(const Session &session, std::size_t to, const sdp::Session &source,
                                    bool is_offer, const Options &options, const Config &config);

/// The direction of a section, with the old way of holding a call (RFC 3264 section 8.4) read as sendonly.
[[nodiscard]] sdp::Direction direction_of(const sdp::Session &session, const sdp::Media &media);

} // namespace cord::engine::ng
