// Kamailio's SQLite driver keeps times as Julian days, half a second early so that what it reads back rounds
// right.
#pragma once

#include <charconv>
#include <cmath>
#include <string>

#include "base/time.hpp"

namespace cord::io::db {

inline constexpr double unix_epoch_in_julian_days = 2440587.5;

[[nodiscard]] inline double to_julian(base::UnixTime t) {
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
    return (static_cast<double>(seconds) - 0.5) / 86400.0 + unix_epoch_in_julian_days;
}

/// Of the text of a Julian day; 1970 when it is none.
[[nodiscard]] inline base::UnixTime from_julian(const std::string &text) {
    double days = unix_epoch_in_julian_days;
    std::from_chars(text.data(), text.data() + text.size(), days);
    double seconds = std::floor((days - unix_epoch_in_julian_days) * 86400.0 + 0.75);
    return base::UnixTime(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

} // namespace cord::io::db
