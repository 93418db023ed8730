// The messages that a TLS handshake begins with: as much of them as it takes to find the keys.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "engine/trace/tls/key_log.hpp"

namespace cord::engine::trace::tls {

struct ClientHello {
    Random random{};
    [[nodiscard]] static std::optional<ClientHello> parse(base::Bytes body);
};

struct ServerHello {
    Random random{};
    std::uint16_t version = 0; ///< The one agreed upon: 0x0303 is TLS 1.2, 0x0304 is TLS 1.3.
    std::uint16_t suite = 0;
    bool encrypt_then_mac = false; ///< RFC 7366.
    bool retry = false;            ///< A HelloRetryRequest: another ClientHello follows.
    [[nodiscard]] static std::optional<ServerHello> parse(base::Bytes body);
};

} // namespace cord::engine::trace::tls
