// Where a SIP message came from or goes to: the name engines give to a socket without ever holding one.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/address.hpp"
#include "base/text.hpp"

namespace cord::engine::transaction {

enum class Transport : std::uint8_t { udp, tcp, tls, ws, wss };

/// RFC 3261 section 17: over a reliable transport nothing is sent twice and the waiting timers are zero.
[[nodiscard]] constexpr bool is_reliable(Transport t) { return t != Transport::udp; }
[[nodiscard]] constexpr bool is_websocket(Transport t) { return t == Transport::ws || t == Transport::wss; }
[[nodiscard]] constexpr bool is_secure(Transport t) { return t == Transport::tls || t == Transport::wss; }

/// As in a listener's option and a trace: "udp", "tcp", "tls", "ws", "wss".
[[nodiscard]] constexpr std::string_view name(Transport t) {
    constexpr std::string_view names[] = {"udp", "tcp", "tls", "ws", "wss"};
    return names[static_cast<std::size_t>(t)];
}

/// As in a URI's transport parameter: RFC 7118 section 5.2.1 knows "ws" alone, secure or not.
[[nodiscard]] constexpr std::string_view uri_name(Transport t) {
    return name(t == Transport::wss ? Transport::ws : t);
}

/// As in a Via's sent-protocol (RFC 3261 section 20.42, RFC 7118 section 5.2): "UDP", "TCP", "TLS", "WS",
/// "WSS".
[[nodiscard]] constexpr std::string_view via_name(Transport t) {
    constexpr std::string_view names[] = {"UDP", "TCP", "TLS", "WS", "WSS"};
    return names[static_cast<std::size_t>(t)];
}

/// Either spelling, in any case.
[[nodiscard]] inline std::optional<Transport> transport_from(std::string_view s) {
    for (auto t : {Transport::udp, Transport::tcp, Transport::tls, Transport::ws, Transport::wss})
        if (base::iequals(s, name(t)))
            return t;
    return std::nullopt;
}

/// RFC 3261 section 19.1.2: the port when a URI or sent-by names none. WebSocket ports are those of RFC 7118.
[[nodiscard]] constexpr std::uint16_t default_port(Transport t) {
    switch (t) {
    case Transport::tls: return 5061;
    case Transport::ws: return 80;
    case Transport::wss: return 443;
    default: return 5060;
    }
}

/// RFC 5626 section 3: one UDP pair of addresses, or one connection. A connection's number is never used
/// twice in the life of a process, so a flow kept beyond its connection leads nowhere rather than to a
/// stranger.
struct Flow {
    Transport transport = Transport::udp;
    std::uint16_t listener = 0;   ///< Which of our listeners it belongs to, by its place in the list.
    std::uint64_t connection = 0; ///< 0 for UDP, and for a stream connection yet to be opened.
    base::Endpoint local;
    base::Endpoint remote;

    auto operator<=>(const Flow &) const = default;
    [[nodiscard]] bool is_reliable() const { return transaction::is_reliable(transport); }
};

} // namespace cord::engine::transaction
