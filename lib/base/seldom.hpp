// Words about what outside input can repeat at will: one line of a cause a second. For `io` and tools, as
// log.hpp.
#pragma once

#include <chrono>

namespace cord::base {

/// One for each cause; used by one thread.
class Seldom {
  public:
    /// Whether a line may be written now.
    [[nodiscard]] bool now() {
        const auto at = std::chrono::steady_clock::now();
        if (at < next_)
            return false;
        next_ = at + std::chrono::seconds(1);
        return true;
    }

  private:
    std::chrono::steady_clock::time_point next_{};
};

} // namespace cord::base
