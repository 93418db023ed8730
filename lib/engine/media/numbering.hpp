// Sequence numbers of what a peer is sent, while packets are put in among those of the other side and others
// are left out: the peer sees no gap, and late packets keep the places they had.
#pragma once

#include <cstdint>
#include <optional>

namespace cord::engine::media {

class Numbering {
  public:
    /// The number that a packet of the other side gets; nothing for a late one from among those left out.
    /// Another source begins with its own numbers.
    [[nodiscard]] std::optional<std::uint16_t> pass(std::uint32_t ssrc, std::uint16_t sequence);
    /// The packet is not sent, and leaves no gap.
    void leave_out(std::uint32_t ssrc, std::uint16_t sequence);

    /// A source of our own, when there is no other.
    void begin(std::uint32_t ssrc, std::uint16_t sequence);
    /// The number for a packet of ours, under the source that passed last.
    [[nodiscard]] std::uint16_t put_in();

    /// By how much the peer's numbers are ahead of those that the source has given.
    [[nodiscard]] std::int32_t shift(std::uint32_t ssrc) const { return ssrc_ == ssrc ? shift_ : 0; }

  private:
    void open();
    void close();

    std::optional<std::uint32_t> ssrc_;
    std::uint16_t next_in_ = 0; // after the highest that came
    std::uint16_t next_out_ = 0;
    std::int32_t shift_ = 0;
    std::int32_t growth_ = 0;          // of the shift, by the hole
    std::int32_t shift_before_ = 0;    // of packets before the hole
    std::uint16_t hole_ = 0, end_ = 0; // numbers of packets that are left out, and the first behind them
    bool open_ = false;                // the hole still grows
};

} // namespace cord::engine::media
