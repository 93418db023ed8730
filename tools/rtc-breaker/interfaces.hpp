// The addresses that media uses: from --interface, or that of the default route.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/ng/config.hpp"

namespace cord::tools::rtc_breaker {

/// `[NAME/]ADDR[!ADVERTISED]`, with `=` for the `!` that shells expand. The error is a whole sentence.
[[nodiscard]] base::Result<engine::ng::Interface, std::string> read_interface(std::string_view text);

/// The address that this machine reaches the world with; nothing without a route.
[[nodiscard]] std::optional<base::IpAddress> default_address();

/// `30000-40000`
struct PortRange {
    std::uint16_t first = 0, last = 0;
};
[[nodiscard]] std::optional<PortRange> read_ports(std::string_view text);

} // namespace cord::tools::rtc_breaker
