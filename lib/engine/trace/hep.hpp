// HEPv3: a packet as a capture agent sends it to Homer, with where and when it was captured (sipcapture's
// "HEP3 Network Protocol Specification", revision 37).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "engine/trace/packet.hpp"

namespace cord::engine::trace {

struct Hep {
    /// Of chunk 11.
    static constexpr std::uint8_t sip = 1;
    static constexpr std::uint8_t rtp = 4;

    Stamp at{};
    Way way;
    Transport transport = Transport::udp;
    std::uint8_t protocol = 0;
    base::Bytes payload; ///< A view of the packet, or of what it was inflated into.

    [[nodiscard]] static bool is_one(base::Bytes packet);
    /// Nothing when its chunks make no sense. A compressed payload goes into `inflated`.
    [[nodiscard]] static std::optional<Hep> parse(base::Bytes packet, std::string &inflated);
};

} // namespace cord::engine::trace
