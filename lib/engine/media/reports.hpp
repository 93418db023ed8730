// RTCP that we say ourselves (RFC 3550 section 6.4): where a transcoder numbers and stamps packets anew, the
// reports of the two ends do not fit each other's.
#pragma once

#include "engine/media/side.hpp"

namespace cord::engine::media {

/// RFC 3550 section 6.2: "the RECOMMENDED value for a fixed minimum interval is 5 seconds".
inline constexpr base::Duration report_interval = std::chrono::seconds(5);

/// One packet more, or the first of a source.
void add_up(std::optional<Made> &so_far, Made packet);

/// Whether something that comes from this side goes through a transcoder.
[[nodiscard]] bool needs_reports(const Side &side);

/// Reports to the peer of `side`: on what we make for it, and on how what it sends for the transcoder
/// arrives.
void send_reports(Side &side, std::uint32_t own_ssrc, base::Time now, Outbox &out);

} // namespace cord::engine::media
