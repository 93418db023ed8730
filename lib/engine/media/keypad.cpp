#include "engine/media/keypad.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"

namespace cord::engine::media {
namespace {

/// RFC 4733 section 2.5.1.2: "A natural interval is the spacing between non-event audio packets."
constexpr base::Duration interval = std::chrono::milliseconds(20);
/// Section 2.5.1.4: "The final packet for each event and for each segment SHOULD be sent a total of three
/// times at the interval used by the source for updates."
constexpr int final_copies = 3;
constexpr std::uint32_t longest_segment = 0xffff;

std::uint32_t units(base::Duration time, std::uint32_t clock_rate) {
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
    return static_cast<std::uint32_t>(ns * clock_rate / 1'000'000'000);
}

} // namespace

void Keypad::press(const Key &key, base::Time now) {
    if (keys_.size() >= base::limits::dtmf_keys)
        return;
    if (keys_.empty())
        due_ = std::max(now, ready_);
    keys_.push_back(key);
}

Keypad::Report Keypad::report(std::uint32_t clock_rate) {
    const Key &key = keys_.front();
    const bool begins = !std::exchange(sounds_, true);
    if (begins) {
        began_ = due_;
        lasted_ = {};
        segment_ = 0;
    }
    lasted_ = std::min(lasted_ + interval, key.duration);
    due_ += interval;
    const std::uint32_t so_far = units(lasted_, clock_rate) - segment_;
    // Section 2.5.1.3: "If an event persists beyond the maximum duration expressible in the duration field
    // (0xFFFF), the sender MUST send a packet reporting this maximum duration but MUST NOT set the E bit in
    // this packet", and goes on in a new segment.
    const bool full = so_far > longest_segment;
    const bool ends = !full && lasted_ == key.duration;
    const Report out{
        {key.event, ends, key.volume, static_cast<std::uint16_t>(std::min(so_far, longest_segment))},
        begins,
        segment_};
    if ((full || ends) && ++copies_ == final_copies) {
        copies_ = 0;
        segment_ += longest_segment;
        if (ends)
            finish();
    }
    return out;
}

void Keypad::finish() {
    sounds_ = false;
    ready_ = std::max(due_, began_ + keys_.front().duration + keys_.front().pause);
    keys_.erase(keys_.begin());
    due_ = keys_.empty() ? base::never : ready_;
}

} // namespace cord::engine::media
