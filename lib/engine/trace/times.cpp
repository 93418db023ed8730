#include "engine/trace/times.hpp"

#include <fmt/format.h>

namespace cord::engine::trace {

std::string duration_text(std::chrono::nanoseconds d) {
    const double seconds = std::chrono::duration<double>(d).count();
    if (seconds < 60)
        return fmt::format("{:.3f} s", seconds);
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(d).count();
    if (whole < 3600)
        return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string date_text(Stamp at) {
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(at));
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string clock_text(Stamp at) {
    const auto ms =
        std::chrono::floor<std::chrono::milliseconds>(at - std::chrono::floor<std::chrono::days>(at)).count();
    return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60,
                       ms % 1000);
}

std::string unix_text(Stamp at) {
    const auto us = std::chrono::floor<std::chrono::microseconds>(at.time_since_epoch()).count();
    const auto whole = us / 1'000'000 - (us % 1'000'000 < 0 ? 1 : 0);
    return fmt::format("{}.{:06}", whole, us - whole * 1'000'000);
}

} // namespace cord::engine::trace
