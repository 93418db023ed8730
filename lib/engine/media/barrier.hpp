// What an operator keeps from the other side: all media, the sound of it, or the keys that are pressed.
#pragma once

#include <cstdint>

#include "engine/media/datagram.hpp"
#include "engine/media/plan.hpp"

namespace cord::engine::media {

/// Makes silence of the sound in a packet, in place; false for a codec whose silence is not known. The
/// packet is well-formed.
[[nodiscard]] bool silence(const Codec &codec, Datagram &packet);

/// Makes what the barrier says of a telephone event, in place; false when it is not to pass. `secret` is what
/// a key that is made up depends on, besides the time of the one pressed.
[[nodiscard]] bool disguise(const Barrier &barrier, std::uint32_t secret, Datagram &packet);

} // namespace cord::engine::media
