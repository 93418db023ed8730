// telephone-event payloads (RFC 4733 section 2.3): DTMF in RTP.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace cord::wire::rtp {

struct TelephoneEvent {
    std::uint8_t event = 0; // 0-9, 10 for *, 11 for #, 12-15 for A-D
    bool end = false;
    std::uint8_t volume = 0; // dBm0 with the sign dropped
    std::uint16_t duration = 0;

    /// Reads the first event of a payload; nothing when it is shorter than one.
    [[nodiscard]] static std::optional<TelephoneEvent> parse(base::Bytes payload);
    [[nodiscard]] std::array<std::uint8_t, 4> bytes() const;
};

/// '0' to '9', '*', '#', 'A' to 'D' for the DTMF events; nothing for the others.
[[nodiscard]] std::optional<char> digit_of(std::uint8_t event);
[[nodiscard]] std::optional<std::uint8_t> event_of(char digit);

} // namespace cord::wire::rtp
