// RTCP from one side to the other: split where one transport of a bundle meets several, cut to what the
// receiver understands, and key frames asked for.
#pragma once

#include "engine/media/side.hpp"

namespace cord::engine::media {

/// Passes on a compound that came by `transport` of `from`. PLI and FIR go to any peer, whatever its profile:
/// a phone on RTP/AVP that sends video knows them, and without them a browser's picture stays black.
void relay_rtcp(Side &from, Side &to, std::size_t transport, base::Bytes compound, base::Time now,
                Outbox &out);

/// Asks the peer of `side` for a key frame of one of its streams; false when its source is not known yet.
bool request_key_frame(Side &side, std::size_t stream, std::uint32_t own_ssrc, Outbox &out);

} // namespace cord::engine::media
