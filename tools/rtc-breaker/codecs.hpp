// What mediacodec can translate between, by its own word.
#pragma once

#include <string>

#include "engine/ng/spoken.hpp"

namespace cord::tools::rtc_breaker {

/// The codecs that `PROGRAM list` says are both decoded and encoded: what libraries it was built with
/// decides. Waits for it a few seconds at most; what every build has, when it does not tell.
[[nodiscard]] engine::ng::Spoken codecs_of(const std::string &program);

} // namespace cord::tools::rtc_breaker
