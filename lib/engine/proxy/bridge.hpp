// The media of one branch as it goes through a breaker: which kind each side speaks, and the ng requests that
// carry a session description across.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cord::engine::proxy {

/// What a client can do with media: WebRTC is DTLS-SRTP with ICE; all else (AVP, and SAVP keyed by SDES) is
/// plain.
enum class MediaKind { plain, webrtc };

/// Read from a session description; nothing when it is none.
[[nodiscard]] std::optional<MediaKind> media_kind(std::string_view sdp);

/// A branch's session at a breaker.
struct BridgeSession {
    std::size_t breaker = 0;
    std::string call_id;
    std::string via_branch; ///< Keeps the branches of one call apart.
    MediaKind caller = MediaKind::plain;
    MediaKind callee = MediaKind::plain;
};

/// Whose description is brought to whom. `from` is always the side that made the offer of this exchange.
struct Crossing {
    std::string_view from_tag;
    std::string_view to_tag; ///< Empty in the first offer.
    MediaKind receiver = MediaKind::plain;
    MediaKind sender = MediaKind::plain;
    bool first = false; ///< Within the INVITE that began the call: the branch is named.
};

[[nodiscard]] std::string ng_offer(const BridgeSession &session, const Crossing &crossing,
                                   std::string_view sdp);
[[nodiscard]] std::string ng_answer(const BridgeSession &session, const Crossing &crossing,
                                    std::string_view sdp);
/// A key of the side of `from_tag`, for the other one to hear.
[[nodiscard]] std::string ng_play_dtmf(const BridgeSession &session, std::string_view from_tag,
                                       std::string_view to_tag, std::uint8_t key,
                                       std::optional<std::uint32_t> duration_ms);
/// A whole picture from the side of `from_tag`. rtpengine does not know it, and says so.
[[nodiscard]] std::string ng_request_key_frame(const BridgeSession &session, std::string_view from_tag,
                                               std::string_view to_tag);
/// Whether the breaker has done what it was asked.
[[nodiscard]] bool ng_done(std::optional<std::string_view> reply);
/// One branch, while others may live.
[[nodiscard]] std::string ng_delete_branch(const BridgeSession &session, std::string_view caller_tag);
[[nodiscard]] std::string ng_delete_call(std::string_view call_id);

/// The breaker's word.
struct NgReply {
    std::string sdp;    ///< Empty when it failed.
    std::string reason; ///< Why, for people.
    bool busy = false;  ///< It has no room for another call.
};
[[nodiscard]] NgReply read_ng_reply(std::optional<std::string_view> reply);

} // namespace cord::engine::proxy
