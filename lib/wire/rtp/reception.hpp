// How well one source arrives: losses and jitter, and the report on it (RFC 3550 sections 6.4.1, A.1, A.3,
// A.8).
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "wire/rtp/packet.hpp"
#include "wire/rtp/rtcp.hpp"
#include "wire/rtp/sequence.hpp"

namespace cord::wire::rtp {

class Reception {
  public:
    void note(const Packet &packet, std::uint32_t clock_rate, base::Time arrival);
    /// A sender report of the source.
    void note(const SenderInfo &report, base::Time arrival);
    /// The block of a report on the source, none while it is not known. Its fraction is of the packets since
    /// the block before.
    [[nodiscard]] std::optional<ReportBlock> report(base::Time now);

    /// Packets that never came; late ones are taken back.
    [[nodiscard]] std::uint64_t lost() const;
    /// Interarrival jitter, smoothed as the RFC has it.
    [[nodiscard]] base::Duration jitter() const;

  private:
    void begin(const Packet &packet);
    [[nodiscard]] std::int64_t expected() const { return ssrc_ ? highest_ - first_ + 1 : 0; }

    std::optional<std::uint32_t> ssrc_;
    SequenceUnwrapper unwrapper_;
    std::int64_t first_ = 0;
    std::int64_t highest_ = 0;
    std::int64_t received_ = 0;
    std::int64_t reported_expected_ = 0;
    std::int64_t reported_received_ = 0;
    std::optional<base::Time> sender_report_; // when the last one came
    std::uint32_t sender_report_time_ = 0;    // the middle of its NTP timestamp
    std::uint64_t lost_before_ = 0;           // by sources that are gone
    std::uint32_t rate_ = 0;
    std::uint32_t last_transit_ = 0;
    double jitter_ = 0; // in units of the clock
};

} // namespace cord::wire::rtp
