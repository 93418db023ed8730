// What one stream sends to its peer: the packets of the other side, and among them keys that we press, all
// under one source, with numbers and timestamps that go on.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "engine/media/keypad.hpp"
#include "engine/media/numbering.hpp"
#include "engine/media/plan.hpp"

namespace cord::engine::media {

class Line {
  public:
    /// A packet of the other side, and the clock of its timestamps; 0 for a telephone event, whose timestamp
    /// is not that of its sending. False when it is left out, since a key sounds in its stead.
    [[nodiscard]] bool pass(base::MutableBytes rtp, std::uint32_t clock_rate, base::Time now);
    /// The packet is not sent at all.
    void leave_out(base::Bytes rtp);

    void press(const Key &key, base::Time now);
    [[nodiscard]] base::Time deadline() const { return keypad_ ? keypad_->deadline() : base::never; }
    /// The packet that is due, behind `head_room` bytes; nothing when the peer takes no events any more. The
    /// source is ours where none has passed.
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> report(const std::vector<EventFormat> &formats,
                                                                  std::uint32_t own_ssrc, base::Time now);

    [[nodiscard]] std::int32_t shift(std::uint32_t ssrc) const { return numbering_.shift(ssrc); }

  private:
    struct Last {
        std::uint32_t ssrc = 0;
        std::uint32_t timestamp = 0;
        std::uint32_t clock_rate = 0;
        base::Time at{};
    };
    void begin_key(const std::vector<EventFormat> &formats, std::uint32_t own_ssrc, base::Time now);

    Numbering numbering_;
    std::optional<Last> last_; // that passed
    std::unique_ptr<Keypad> keypad_;
    EventFormat format_;          // of the key that sounds
    std::uint32_t key_began_ = 0; // its timestamp
};

} // namespace cord::engine::media
