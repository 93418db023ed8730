// What outside input may grow to, in one place. Each has a test at the limit where it is used.
#pragma once

#include <chrono>
#include <cstddef>

namespace cord::base::limits {

/// One SIP message on any transport: bytes; longer is answered 513 (RFC 3261 section 21.5.7).
inline constexpr std::size_t sip_message = 65'535;
/// Header fields in one SIP message, and values in all of them.
inline constexpr std::size_t sip_headers = 256;
/// Dialogs that one branch of a call makes when it is forked again further down. Beyond, a 2xx takes the
/// place of an early one, and what would make others is dropped.
inline constexpr std::size_t sip_dialogs = 64;
/// Branches of one request, redirections that are followed among them.
inline constexpr std::size_t sip_branches = 64;
/// Responses of one branch that wait for the media breaker, and as many 2xx; a failure always may.
inline constexpr std::size_t sip_held_responses = 16;
/// SIP transactions at a time, ours and others'; a request beyond is answered 503 without one. Over UDP each
/// stays for 32 s, so this is some 8000 requests a second.
inline constexpr std::size_t transactions = 262'144;
/// Bytes that wait for a reader of one connection; a slower one is disconnected.
inline constexpr std::size_t write_queue = 1'048'576;
/// Questions asked of DNS for one SIP destination, and records taken of one answer; more are left out.
inline constexpr std::size_t dns_questions = 64;
inline constexpr std::size_t dns_records = 32;
/// Clients that are registered with an upstream server through us; another gets 503.
inline constexpr std::size_t upstream_clients = 100'000;
/// Bytes of a token that a client proves itself with.
inline constexpr std::size_t bearer_token = 8'192;
/// Addresses of next hops that are remembered as dead; for another, one is forgotten.
inline constexpr std::size_t dead_hops = 1'024;
/// An HTTP request's head; longer is answered 431.
inline constexpr std::size_t http_head = 16'384;
/// m= sections in one session description.
inline constexpr std::size_t sdp_media = 64;
/// One ng message, bytes.
inline constexpr std::size_t ng_message = 262'144;
/// How long media ports are held for an offer that nobody answers: longer than a telephone rings.
inline constexpr std::chrono::minutes ng_unanswered{5};
/// Addresses from which one ICE peer's checks have come.
inline constexpr std::size_t ice_paths = 16;
/// Streams that have killed their codec worker and have one alone now; the next such is silent.
inline constexpr std::size_t codec_quarantines = 16;
/// Sources (SSRCs) of one SRTP session and direction: each costs 200 bytes, and none is ever forgotten.
inline constexpr std::size_t srtp_sources = 256;
/// Keys that wait to be pressed on one stream.
inline constexpr std::size_t dtmf_keys = 256;
/// Sources (SSRCs) remembered of one media stream.
inline constexpr std::size_t media_sources = 16;
/// A DTLS handshake message put together from fragments, bytes.
inline constexpr std::size_t dtls_message = 16'384;

/// A packet record in a capture file, bytes: more than any link carries, segments put together by a card
/// included.
inline constexpr std::size_t trace_packet = 1 << 20;
/// A block of a pcapng file, bytes: a packet with its options, or a list of secrets.
inline constexpr std::size_t trace_block = 16 << 20;
/// Interfaces of one section of a pcapng file.
inline constexpr std::size_t trace_interfaces = 4'096;
/// A line of a trace: bytes.
inline constexpr std::size_t trace_line = 1 << 20;
/// A SIP message met in a capture, bytes: more than we would accept ourselves, since it is only looked at.
inline constexpr std::size_t trace_message = 1 << 20;
/// IP datagrams waiting for their other fragments.
inline constexpr std::size_t trace_fragmented = 1'024;
/// Directions of TCP connections followed at a time.
inline constexpr std::size_t trace_tcp_directions = 65'536;
/// Bytes in one of them that wait for a segment before them.
inline constexpr std::size_t trace_tcp_waiting = 1 << 18;
/// Bytes of one side of a TLS connection that wait for the other side's greeting, or for the end of a
/// handshake message; and secrets of TLS sessions.
inline constexpr std::size_t trace_tls_waiting = 1 << 17;
inline constexpr std::size_t trace_secrets = 1 << 20;
/// Bytes of a key log.
inline constexpr std::size_t trace_key_log = 256 << 20;
/// Bytes of fragmented SCTP messages that wait for the rest, and fragments of one.
inline constexpr std::size_t trace_sctp_waiting = 1 << 20;
inline constexpr std::size_t trace_sctp_fragments = 512;
/// Messages kept of one call, and of another Call-ID, which may be refreshed for ever (registrations,
/// subscriptions, OPTIONS).
inline constexpr std::size_t trace_call_messages = 100'000;
inline constexpr std::size_t trace_refreshes = 1'000;
/// Pairs of hosts told apart in a call, its RTP streams, and digits dialled on one.
inline constexpr std::size_t trace_call_legs = 64;
inline constexpr std::size_t trace_call_streams = 256;
inline constexpr std::size_t trace_digits = 256;
/// Addresses that media are awaited at, and ICE candidates taken from one m= section.
inline constexpr std::size_t trace_media_addresses = 262'144;
inline constexpr std::size_t trace_candidates = 32;
/// Via branches by which a proxy's ports are known as one host.
inline constexpr std::size_t trace_branches = 4'096;
/// Bytes of memory for a trace that is read to its end, unless told otherwise, and for one that is only
/// watched.
inline constexpr std::size_t trace_bytes = std::size_t{1} << 30;
inline constexpr std::size_t trace_live_bytes = 16 << 20;
/// Columns of a ladder that is drawn of a whole call: each costs room in every row.
inline constexpr std::size_t trace_columns = 32;
/// Columns of a ladder that is drawn live, and hosts it remembers.
inline constexpr std::size_t trace_live_columns = 12;
inline constexpr std::size_t trace_live_hosts = 4'096;

} // namespace cord::base::limits
