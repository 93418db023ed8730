#include "wire/rtp/reception.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cord::wire::rtp {
namespace {

// RFC 3550 section A.1: steps beyond these are a source that has begun anew.
constexpr std::int64_t max_dropout = 3000;
constexpr std::int64_t max_misorder = 100;

/// The arrival on the clock of the timestamps, which wraps as they do.
std::uint32_t on_clock(base::Time arrival, std::uint32_t rate) {
    const auto microseconds =
        std::chrono::duration_cast<std::chrono::microseconds>(arrival.time_since_epoch()).count();
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(microseconds) * rate / 1'000'000);
}

} // namespace

void Reception::note(const Packet &packet, std::uint32_t clock_rate, base::Time arrival) {
    const std::uint32_t transit = on_clock(arrival, clock_rate) - packet.timestamp();
    const std::int64_t step = unwrapper_.peek(packet.sequence()) - highest_;
    if (ssrc_ != packet.ssrc() || step > max_dropout || step < -max_misorder) {
        begin(packet);
    } else if (rate_ == clock_rate) { // telephone events may have another clock than the sound about them
        const double change = std::abs(static_cast<double>(distance(last_transit_, transit)));
        jitter_ += (change - jitter_) / 16;
    }
    rate_ = clock_rate;
    last_transit_ = transit;
    highest_ = std::max(highest_, unwrapper_.unwrap(packet.sequence()));
    ++received_;
}

void Reception::begin(const Packet &packet) {
    lost_before_ = lost();
    ssrc_ = packet.ssrc();
    unwrapper_ = {};
    first_ = highest_ = packet.sequence();
    received_ = 0;
    reported_expected_ = reported_received_ = 0;
    sender_report_.reset();
    jitter_ = 0;
}

void Reception::note(const SenderInfo &report, base::Time arrival) {
    if (report.ssrc != ssrc_)
        return;
    sender_report_ = arrival;
    sender_report_time_ = static_cast<std::uint32_t>(report.ntp >> 16);
}

std::optional<ReportBlock> Reception::report(base::Time now) {
    if (!ssrc_)
        return std::nullopt;
    const std::int64_t expected_since = expected() - std::exchange(reported_expected_, expected());
    const std::int64_t received_since = received_ - std::exchange(reported_received_, received_);
    const std::int64_t lost_since = expected_since - received_since;
    ReportBlock block;
    block.ssrc = *ssrc_;
    // RFC 3550 section 6.4.1: "If the loss is negative due to duplicates, the fraction lost is set to zero."
    if (lost_since > 0)
        block.fraction_lost =
            static_cast<std::uint8_t>(std::min<std::int64_t>(255, lost_since * 256 / expected_since));
    block.cumulative_lost = static_cast<std::int32_t>(expected() - received_);
    block.highest_sequence = static_cast<std::uint32_t>(highest_);
    block.jitter = static_cast<std::uint32_t>(jitter_);
    if (sender_report_) {
        block.last_sr = sender_report_time_;
        // "The delay, expressed in units of 1/65536 seconds"
        const auto delay = std::chrono::duration_cast<std::chrono::microseconds>(now - *sender_report_);
        block.delay_since_last_sr = static_cast<std::uint32_t>(delay.count() * 65'536 / 1'000'000);
    }
    return block;
}

std::uint64_t Reception::lost() const {
    // Doubled packets make it negative.
    return lost_before_ + static_cast<std::uint64_t>(std::max<std::int64_t>(0, expected() - received_));
}

base::Duration Reception::jitter() const {
    return rate_ == 0 ? base::Duration{} : base::Duration(static_cast<std::int64_t>(jitter_ * 1e9 / rate_));
}

} // namespace cord::wire::rtp
