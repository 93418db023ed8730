// What outside input may grow to, in one place. Each has a test at the limit where it is used.
#pragma once

#include <cstddef>

namespace cord::base::limits {

/// One SIP message on any transport: bytes; longer is answered 513 (RFC 3261 section 21.5.7).
inline constexpr std::size_t sip_message = 65'535;
/// Header fields in one SIP message, and values in all of them.
inline constexpr std::size_t sip_headers = 256;
/// Bytes that wait for a reader of one connection; a slower one is disconnected.
inline constexpr std::size_t write_queue = 1'048'576;
/// An HTTP request's head; longer is answered 431.
inline constexpr std::size_t http_head = 16'384;
/// m= sections in one session description.
inline constexpr std::size_t sdp_media = 64;
/// One ng message, bytes.
inline constexpr std::size_t ng_message = 262'144;
/// Addresses from which one ICE peer's checks have come.
inline constexpr std::size_t ice_paths = 16;
/// Sources (SSRCs) remembered of one media stream.
inline constexpr std::size_t media_sources = 16;
/// A DTLS handshake message put together from fragments, bytes.
inline constexpr std::size_t dtls_message = 16'384;

} // namespace cord::base::limits
