// Times as people and programs read them. All of UTC: the same trace gives the same text everywhere.
#pragma once

#include <chrono>
#include <string>

#include "engine/trace/packet.hpp"

namespace cord::engine::trace {

/// "12.345 s", "1 min 05 s", "1 h 01 min".
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds d);
/// "2026-11-24"
[[nodiscard]] std::string date_text(Stamp at);
/// "16:49:44.123"
[[nodiscard]] std::string clock_text(Stamp at);
/// Unix seconds with six decimals, "1795416131.312345".
[[nodiscard]] std::string unix_text(Stamp at);

} // namespace cord::engine::trace
