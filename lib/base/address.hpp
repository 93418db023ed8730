// IP addresses with a port, as values: what engines use in place of sockets.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cord::base {

/// An IPv4 or IPv6 address. IPv4 is held in the first four bytes, the rest zero.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};
    bool v6 = false;

    auto operator<=>(const IpAddress &) const = default;
    [[nodiscard]] bool is_any() const { return bytes == std::array<std::uint8_t, 16>{}; }

    /// "192.0.2.1", "2001:db8::1" or "[2001:db8::1]"; no names.
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view s);
    /// Without brackets.
    [[nodiscard]] std::string text() const;
};

/// An address and a port ("192.0.2.1:5060", "[2001:db8::1]:5060").
struct Endpoint {
    IpAddress ip;
    std::uint16_t port = 0;

    auto operator<=>(const Endpoint &) const = default;
    [[nodiscard]] static std::optional<Endpoint> parse(std::string_view s);
    [[nodiscard]] std::string text() const;
};

struct EndpointHash {
    std::size_t operator()(const Endpoint &e) const noexcept;
};

} // namespace cord::base
