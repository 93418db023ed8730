// Keys pressed toward a peer, one after the other: the reports of RFC 4733 section 2.5.1 in their time.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "wire/rtp/telephone_event.hpp"

namespace cord::engine::media {

struct Key {
    std::uint8_t event = 0;
    std::uint8_t volume = 8; ///< dBm0 with the sign dropped
    base::Duration duration = std::chrono::milliseconds(250);
    base::Duration pause = std::chrono::milliseconds(100); ///< before the next one
    bool operator==(const Key &) const = default;
};

class Keypad {
  public:
    /// Waits for those before it; beyond limits::dtmf_keys it is lost.
    void press(const Key &key, base::Time now);

    [[nodiscard]] base::Time deadline() const { return due_; }
    /// From the first report of a key to the last.
    [[nodiscard]] bool sounds() const { return sounds_; }

    struct Report {
        wire::rtp::TelephoneEvent event;
        bool begins = false;       ///< the key: the marker bit
        std::uint32_t segment = 0; ///< where the segment begins, after the beginning of the key
    };
    /// The report that is due, for a payload type of this clock.
    [[nodiscard]] Report report(std::uint32_t clock_rate);

  private:
    void finish();

    std::vector<Key> keys_;
    base::Time due_ = base::never;
    base::Time ready_{}; // the next key may begin
    base::Time began_{};
    base::Duration lasted_{};
    std::uint32_t segment_ = 0;
    int copies_ = 0; // sent of the final report of a segment
    bool sounds_ = false;
};

} // namespace cord::engine::media
