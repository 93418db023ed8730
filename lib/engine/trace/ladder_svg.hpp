// Ladders as pictures: one self-contained SVG, light or dark as the reader's page is, the same bytes for the
// same trace.
#pragma once

#include <string>

#include "engine/trace/ladder.hpp"

namespace cord::engine::trace {

[[nodiscard]] std::string ladder_svg(const Ladder &ladder);

} // namespace cord::engine::trace
