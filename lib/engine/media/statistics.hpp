// What went through a session, and why it does not: for ng's query, for control and for logs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "engine/media/plan.hpp"

namespace cord::engine::media {

struct Counters {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0; ///< of whole UDP payloads
    std::uint64_t errors = 0;
    std::optional<base::Time> last;
};

/// Why packets were not passed on, each with its number.
struct Drops {
    std::uint64_t strangers = 0; ///< not from the negotiated peer
    std::uint64_t wrong_ice_password = 0;
    std::uint64_t too_early = 0; ///< SRTP before there were keys
    std::uint64_t forged = 0;
    std::uint64_t replayed = 0;
    std::uint64_t malformed = 0;
    std::uint64_t unknown_payload_type = 0;
    std::uint64_t held = 0;             ///< the description says that nothing comes
    std::uint64_t no_way_out = 0;       ///< the other side has no address or no keys yet
    std::uint64_t too_many_sources = 0; ///< more than one SRTP session may have
    std::uint64_t left_out = 0;         ///< as an operator wants it, or while a key of ours sounds

    /// Names a cause by its counter; null where there is nothing to count.
    using Cause = std::uint64_t Drops::*;

    [[nodiscard]] std::uint64_t total() const;
};

struct StreamStatistics {
    std::size_t place = 0; ///< of the m= section
    std::string mid;
    Kind kind = Kind::audio;
    Counters received; ///< RTP from the peer
    Counters sent;     ///< RTP to the peer
    Counters rtcp_received;
    std::uint64_t lost = 0; ///< on the way from the peer to us
    base::Duration jitter{};
    std::vector<std::uint32_t> ssrcs;          ///< that the peer sends
    std::optional<std::uint32_t> media_source; ///< of them the one that `lost` and `jitter` are of
    PortId port = 0;
    std::optional<base::Endpoint> remote; ///< where we send
    std::string_view security;            ///< "DTLS-SRTP", "SDES", "none"
    /// Empty while packets come; else one line that says what is wrong.
    std::string silence;
};

struct SideStatistics {
    std::vector<StreamStatistics> streams;
    Drops drops;
};

struct SessionStatistics {
    std::array<SideStatistics, 2> sides;
    std::optional<base::Time> last_packet; ///< from either
};

} // namespace cord::engine::media
