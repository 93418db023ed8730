// A network from which requests come that need no password: a row of Kamailio's `address`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.hpp"

namespace cord::io::db {

/// The group that is trusted, as in Kamailio's own configuration. Others are its scripts' business.
inline constexpr std::int64_t trusted_group = 1;

struct Address {
    std::int64_t group = trusted_group;
    std::string ip;
    std::int64_t bits = 32; ///< The column `mask`: bits of `ip` that count.
    std::int64_t port = 0;  ///< 0: any.
    std::string tag;        ///< A word for people.

    /// The network itself; nothing when the row makes no sense, as a host name, which nobody looks up here.
    [[nodiscard]] std::optional<base::IpAddress> network() const;
};

/// "192.0.2.0/24" or "2001:db8::1", which means that address alone. Nothing for other texts, and where bits
/// are set beyond the mask.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

} // namespace cord::io::db
