// What kind of endpoint wrote a description, and what of a description a plain phone can use.
#pragma once

#include <cstdint>
#include <string_view>

#include "wire/sdp/session.hpp"

namespace cord::wire::sdp {

/// By the profile and keying of the first section in use; of all when the session has none in use.
enum class Kind : std::uint8_t {
    webrtc, ///< keys by DTLS: UDP/TLS/RTP/SAVPF, or a fingerprint and ICE
    sdes,   ///< keys in a=crypto: RTP/SAVP or RTP/SAVPF, or offered beside RTP/AVP
    plain,  ///< RTP/AVP or RTP/AVPF, and whatever is no RTP
};
[[nodiscard]] Kind kind(const Session &session);
[[nodiscard]] std::string_view name(Kind kind);

/// "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF", and TCP/… of them (RFC 5764 section 8, RFC 7850).
[[nodiscard]] bool is_dtls_profile(std::string_view protocol);
/// Any profile of RTP.
[[nodiscard]] bool is_rtp_profile(std::string_view protocol);
/// Whether RTCP feedback by RFC 4585 is part of the profile: AVPF, SAVPF.
[[nodiscard]] bool has_feedback(std::string_view protocol);

/// Whether the attribute means something to browsers alone: ICE, DTLS, bundling, streams, header extensions,
/// feedback.
[[nodiscard]] bool is_webrtc_attribute(std::string_view name);
/// Redundancy, repair and retransmission that no plain phone decodes: rtx, red, ulpfec, flexfec.
[[nodiscard]] bool is_repair_codec(std::string_view encoding_name);

/// Takes out of a description in a plain profile what a phone cannot use, so that an INVITE over UDP stays in
/// one datagram: attributes that are for browsers alone, repair codecs, and telephone-event at clock rates
/// that no remaining codec has. Sections with keys by DTLS are left as they are. Order is kept.
void clean_for_legacy(Session &session);

} // namespace cord::wire::sdp
