// Edits of RTP packets where they lie.
#pragma once

#include <string_view>

#include "engine/media/datagram.hpp"

namespace cord::engine::media {

/// The longest mid that a one-byte header extension holds (RFC 8285 section 4.2).
inline constexpr std::size_t longest_mid = 16;

/// Takes the header extension out, if there is one. The packet is well-formed.
void strip_extension(Datagram &packet);

/// Puts a header extension with the mid in (RFC 9143 section 15.1). The packet is well-formed and has none.
void add_mid(Datagram &packet, std::uint8_t id, std::string_view mid);

} // namespace cord::engine::media
