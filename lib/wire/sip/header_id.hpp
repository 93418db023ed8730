// The header fields known by number, with their compact forms, and which of them are comma-separated lists.
#pragma once

#include <cstdint>
#include <string_view>

namespace cord::wire::sip {

/// One row a header: X(identifier, "Name", compact form or 0, whether one line may hold several values).
/// To teach the parser a header, add its row; for a typed view of its value, see headers.hpp.
#define CORD_SIP_HEADERS(X)                                                                                  \
    X(accept, "Accept", 0, true)                                                                             \
    X(accept_encoding, "Accept-Encoding", 0, true)                                                           \
    X(accept_language, "Accept-Language", 0, true)                                                           \
    X(alert_info, "Alert-Info", 0, true)                                                                     \
    X(allow, "Allow", 0, true)                                                                               \
    X(allow_events, "Allow-Events", 'u', true)                                                               \
    X(authentication_info, "Authentication-Info", 0, false)                                                  \
    X(authorization, "Authorization", 0, false)                                                              \
    X(call_id, "Call-ID", 'i', false)                                                                        \
    X(call_info, "Call-Info", 0, true)                                                                       \
    X(contact, "Contact", 'm', true)                                                                         \
    X(content_disposition, "Content-Disposition", 0, false)                                                  \
    X(content_encoding, "Content-Encoding", 'e', true)                                                       \
    X(content_language, "Content-Language", 0, true)                                                         \
    X(content_length, "Content-Length", 'l', false)                                                          \
    X(content_type, "Content-Type", 'c', false)                                                              \
    X(cseq, "CSeq", 0, false)                                                                                \
    X(date, "Date", 0, false)                                                                                \
    X(diversion, "Diversion", 0, true)                                                                       \
    X(error_info, "Error-Info", 0, true)                                                                     \
    X(event, "Event", 'o', false)                                                                            \
    X(expires, "Expires", 0, false)                                                                          \
    X(flow_timer, "Flow-Timer", 0, false)                                                                    \
    X(from, "From", 'f', false)                                                                              \
    X(history_info, "History-Info", 0, true)                                                                 \
    X(identity, "Identity", 'y', false)                                                                      \
    X(in_reply_to, "In-Reply-To", 0, true)                                                                   \
    X(join, "Join", 0, false)                                                                                \
    X(max_breadth, "Max-Breadth", 0, false)                                                                  \
    X(max_forwards, "Max-Forwards", 0, false)                                                                \
    X(mime_version, "MIME-Version", 0, false)                                                                \
    X(min_expires, "Min-Expires", 0, false)                                                                  \
    X(min_se, "Min-SE", 0, false)                                                                            \
    X(organization, "Organization", 0, false)                                                                \
    X(p_asserted_identity, "P-Asserted-Identity", 0, true)                                                   \
    X(p_preferred_identity, "P-Preferred-Identity", 0, true)                                                 \
    X(path, "Path", 0, true)                                                                                 \
    X(priority, "Priority", 0, false)                                                                        \
    X(privacy, "Privacy", 0, false)                                                                          \
    X(proxy_authenticate, "Proxy-Authenticate", 0, false)                                                    \
    X(proxy_authorization, "Proxy-Authorization", 0, false)                                                  \
    X(proxy_require, "Proxy-Require", 0, true)                                                               \
    X(rack, "RAck", 0, false)                                                                                \
    X(reason, "Reason", 0, true)                                                                             \
    X(record_route, "Record-Route", 0, true)                                                                 \
    X(refer_to, "Refer-To", 'r', false)                                                                      \
    X(referred_by, "Referred-By", 'b', false)                                                                \
    X(replaces, "Replaces", 0, false)                                                                        \
    X(reply_to, "Reply-To", 0, false)                                                                        \
    X(require, "Require", 0, true)                                                                           \
    X(retry_after, "Retry-After", 0, false)                                                                  \
    X(route, "Route", 0, true)                                                                               \
    X(rseq, "RSeq", 0, false)                                                                                \
    X(server, "Server", 0, false)                                                                            \
    X(service_route, "Service-Route", 0, true)                                                               \
    X(session_expires, "Session-Expires", 'x', false)                                                        \
    X(sip_etag, "SIP-ETag", 0, false)                                                                        \
    X(sip_if_match, "SIP-If-Match", 0, false)                                                                \
    X(subject, "Subject", 's', false)                                                                        \
    X(subscription_state, "Subscription-State", 0, false)                                                    \
    X(supported, "Supported", 'k', true)                                                                     \
    X(timestamp, "Timestamp", 0, false)                                                                      \
    X(to, "To", 't', false)                                                                                  \
    X(unsupported, "Unsupported", 0, true)                                                                   \
    X(user_agent, "User-Agent", 0, false)                                                                    \
    X(via, "Via", 'v', true)                                                                                 \
    X(warning, "Warning", 0, true)                                                                           \
    X(www_authenticate, "WWW-Authenticate", 0, false)

enum class HeaderId : std::uint8_t {
#define CORD_ROW(id, text, compact, list) id,
    CORD_SIP_HEADERS(CORD_ROW)
#undef CORD_ROW
        other, ///< Any other name: find it by its text.
};
inline constexpr std::size_t header_ids = static_cast<std::size_t>(HeaderId::other) + 1;

/// By full or compact name, in any case; HeaderId::other for a name that is not in the table.
[[nodiscard]] HeaderId header_id(std::string_view name);

/// The full name as the RFCs write it; empty for HeaderId::other.
[[nodiscard]] std::string_view name(HeaderId id);

/// RFC 3261 section 7.3.1: whether the grammar is a comma-separated list, so that one line may hold several
/// values.
[[nodiscard]] bool is_list(HeaderId id);

} // namespace cord::wire::sip
