// Time as engines see it: a value handed in, never read from a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace cord::base {

using Duration = std::chrono::nanoseconds;

/// The monotonic time base of a process; only `io` reads it (`now()` there), tests make it up.
struct Monotonic {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Monotonic>;
    static constexpr bool is_steady = true;
};
using Time = Monotonic::time_point;

/// A deadline that never comes.
inline constexpr Time never = Time::max();

/// Wall clock, for what leaves the process (expires columns, nonces, trace lines): microseconds since 1970.
using UnixTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// Both clocks, read once per event by the shell and handed inward together.
struct Now {
    Time mono{};
    UnixTime unix{};
};

} // namespace cord::base
