// What reading and writing STUN share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace cord::wire::stun {

inline constexpr std::size_t header_size = 20;
inline constexpr std::uint32_t magic_cookie = 0x2112a442;
inline constexpr std::uint8_t family_v4 = 1;
inline constexpr std::uint8_t family_v6 = 2;

/// The value of FINGERPRINT for a message whose bytes before that attribute are `covered` (RFC 8489
/// section 14.7).
[[nodiscard]] std::uint32_t fingerprint_of(base::Bytes covered);

} // namespace cord::wire::stun
