// The user part of our Record-Route: names the call and the branch, and proves that we wrote it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/siphash.hpp"

namespace cord::engine::proxy {

/// What a token says. It never names a connection: who takes part in the call is looked up in the call, so
/// that a client that comes back on another connection is found by the routes given out before.
struct RouteToken {
    std::uint64_t call = 0; ///< 0 in a Service-Route, which is of no call.
    std::uint32_t branch = 0;

    bool operator==(const RouteToken &) const = default;
};

class TokenKey {
  public:
    /// Of 16 bytes.
    explicit TokenKey(base::Bytes key) : mac_(key) {}

    /// "1f-0-9c3c61d5b0a1f7e2"
    [[nodiscard]] std::string seal(const RouteToken &token) const;
    /// Nothing for a text that was not made under this key.
    [[nodiscard]] std::optional<RouteToken> open(std::string_view text) const;

    /// The user part by which another registrar knows a client of ours: always the same for a slot.
    [[nodiscard]] std::string seal_client(std::string_view slot) const;
    [[nodiscard]] bool is_client(std::string_view text) const;

  private:
    crypto::SipHash mac_;
};

} // namespace cord::engine::proxy
