#include "engine/media/line.hpp"

#include <algorithm>

#include "engine/media/datagram.hpp"
#include "wire/rtp/packet.hpp"

namespace cord::engine::media {
namespace {

std::uint16_t sequence_of(base::Bytes rtp) { return base::load16(rtp.data() + 2); }
std::uint32_t timestamp_of(base::Bytes rtp) { return base::load32(rtp.data() + 4); }
std::uint32_t ssrc_of(base::Bytes rtp) { return base::load32(rtp.data() + 8); }

} // namespace

bool Line::pass(base::MutableBytes rtp, std::uint32_t clock_rate, base::Time now) {
    if (keypad_ && keypad_->sounds()) {
        leave_out(rtp);
        return false;
    }
    const std::uint32_t ssrc = ssrc_of(rtp);
    const auto number = numbering_.pass(ssrc, sequence_of(rtp));
    if (!number)
        return false;
    wire::rtp::set_sequence(rtp, *number);
    if (clock_rate != 0)
        last_ = Last{ssrc, timestamp_of(rtp), clock_rate, now};
    return true;
}

void Line::leave_out(base::Bytes rtp) { numbering_.leave_out(ssrc_of(rtp), sequence_of(rtp)); }

void Line::press(const Key &key, base::Time now) {
    if (!keypad_)
        keypad_ = std::make_unique<Keypad>();
    keypad_->press(key, now);
}

/// RFC 4733 section 2.5.1.2: events "MUST use the same sequence number and timestamp base as the regular
/// audio channel".
void Line::begin_key(const std::vector<EventFormat> &formats, std::uint32_t own_ssrc, base::Time now) {
    if (!last_) {
        // RFC 3550 section 5.1: the initial values SHOULD be random.
        const auto half = static_cast<std::uint16_t>(own_ssrc >> 16);
        last_ = Last{own_ssrc, ~own_ssrc, formats.front().clock_rate, now};
        numbering_.begin(own_ssrc, half);
    }
    const auto same = std::ranges::find(formats, last_->clock_rate, &EventFormat::clock_rate);
    format_ = same != formats.end() ? *same : formats.front();
    const auto passed = std::chrono::duration_cast<std::chrono::nanoseconds>(now - last_->at).count();
    key_began_ = last_->timestamp + static_cast<std::uint32_t>(passed * format_.clock_rate / 1'000'000'000);
}

std::optional<std::vector<std::uint8_t>> Line::report(const std::vector<EventFormat> &formats,
                                                      std::uint32_t own_ssrc, base::Time now) {
    if (formats.empty()) {
        keypad_.reset();
        return std::nullopt;
    }
    if (!keypad_->sounds())
        begin_key(formats, own_ssrc, now);
    const Keypad::Report report = keypad_->report(format_.clock_rate);
    std::vector<std::uint8_t> bytes(head_room);
    wire::rtp::append_header(bytes, {format_.payload_type, report.begins, numbering_.put_in(),
                                     key_began_ + report.segment, last_->ssrc});
    const auto payload = report.event.bytes();
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
}

} // namespace cord::engine::media
