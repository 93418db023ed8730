// What carries a SIP message in a trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace cord::engine::trace {

enum class Transport : std::uint8_t { udp, tcp, tls, ws, wss, sctp };
inline constexpr std::size_t transports = 6;

/// As in a trace: "udp", "tcp", "tls", "ws", "wss", "sctp".
[[nodiscard]] constexpr std::string_view name(Transport t) {
    constexpr std::string_view names[] = {"udp", "tcp", "tls", "ws", "wss", "sctp"};
    return names[static_cast<std::size_t>(t)];
}

/// As in a Via's sent-protocol (RFC 3261 section 20.42, RFC 7118 section 5.2): "UDP", "WSS".
[[nodiscard]] constexpr std::string_view via_name(Transport t) {
    constexpr std::string_view names[] = {"UDP", "TCP", "TLS", "WS", "WSS", "SCTP"};
    return names[static_cast<std::size_t>(t)];
}

/// The same over TLS.
[[nodiscard]] constexpr Transport over_tls(Transport t) {
    return t == Transport::ws ? Transport::wss : t == Transport::tcp ? Transport::tls : t;
}

/// Either spelling, in any case.
[[nodiscard]] inline std::optional<Transport> transport_from(std::string_view s) {
    for (std::size_t i = 0; i < transports; ++i)
        if (const auto t = static_cast<Transport>(i); base::iequals(s, name(t)))
            return t;
    return std::nullopt;
}

} // namespace cord::engine::trace
