#include "wire/rtp/telephone_event.hpp"

#include <string_view>

namespace cord::wire::rtp {

// RFC 4733 section 3.2, table 3.
static constexpr std::string_view digits = "0123456789*#ABCD";

std::optional<TelephoneEvent> TelephoneEvent::parse(base::Bytes payload) {
    base::ByteReader r(payload);
    TelephoneEvent e;
    e.event = r.u8();
    std::uint8_t flags = r.u8();
    e.end = (flags & 0x80) != 0;
    e.volume = flags & 0x3f;
    e.duration = r.u16();
    return r.ok() ? std::optional(e) : std::nullopt;
}

std::array<std::uint8_t, 4> TelephoneEvent::bytes() const {
    std::array<std::uint8_t, 4> out{event, static_cast<std::uint8_t>((end ? 0x80 : 0) | (volume & 0x3f))};
    base::store16(out.data() + 2, duration);
    return out;
}

std::optional<char> digit_of(std::uint8_t event) {
    return event < digits.size() ? std::optional(digits[event]) : std::nullopt;
}

std::optional<std::uint8_t> event_of(char digit) {
    std::size_t at = digits.find(digit >= 'a' && digit <= 'd' ? static_cast<char>(digit - 32) : digit);
    return at == digits.npos ? std::nullopt : std::optional(static_cast<std::uint8_t>(at));
}

} // namespace cord::wire::rtp
