// A ladder that is drawn while the trace comes: each message an arrow, columns added as hosts appear.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/trace/hosts.hpp"
#include "engine/trace/ladder_text.hpp"

namespace cord::engine::trace {

class LiveLadder {
  public:
    explicit LiveLadder(TextStyle style) : style_(style) {}

    /// The lines of this message, names above them when the columns have changed. The call's number leads the
    /// label.
    [[nodiscard]] std::string add(const Call &call, const Entry &entry);

  private:
    struct Place {
        std::size_t host; ///< Of Hosts.
        std::uint64_t used;
    };

    [[nodiscard]] std::size_t place(std::size_t host, std::size_t other);
    [[nodiscard]] std::size_t victim(std::size_t other) const;

    TextStyle style_;
    Hosts hosts_;
    std::vector<Place> places_; // columns as they stand on the screen
    bool changed_ = true;
    std::uint64_t messages_ = 0;
};

} // namespace cord::engine::trace
