// G.711 (PCMU and PCMA), sample by sample.
#pragma once

#include <cstdint>

namespace cord::io::codec::g711 {

[[nodiscard]] std::uint8_t to_mu_law(std::int16_t sample);
[[nodiscard]] std::uint8_t to_a_law(std::int16_t sample);
[[nodiscard]] std::int16_t from_mu_law(std::uint8_t code);
[[nodiscard]] std::int16_t from_a_law(std::uint8_t code);

} // namespace cord::io::codec::g711
