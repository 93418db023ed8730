// How well one source arrives: losses and jitter (RFC 3550 sections 6.4.1, A.1, A.3, A.8).
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "wire/rtp/packet.hpp"
#include "wire/rtp/sequence.hpp"

namespace cord::wire::rtp {

class Reception {
  public:
    void note(const Packet &packet, std::uint32_t clock_rate, base::Time arrival);

    /// Packets that never came; late ones are taken back.
    [[nodiscard]] std::uint64_t lost() const;
    /// Interarrival jitter, smoothed as the RFC has it.
    [[nodiscard]] base::Duration jitter() const;

  private:
    void begin(const Packet &packet);

    std::optional<std::uint32_t> ssrc_;
    SequenceUnwrapper unwrapper_;
    std::int64_t first_ = 0;
    std::int64_t highest_ = 0;
    std::int64_t received_ = 0;
    std::uint64_t lost_before_ = 0; // by sources that are gone
    std::uint32_t rate_ = 0;
    std::uint32_t last_transit_ = 0;
    double jitter_ = 0; // in units of the clock
};

} // namespace cord::wire::rtp
