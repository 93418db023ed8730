// One -l: `udp:192.0.2.2:5060`, `wss:*:8443,bridge=always,advertise=203.0.113.7`, or webrtc2sip's
// `udp;*;10060`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"
#include "engine/proxy/config.hpp"

namespace cord::tools::sipws_proxy {

struct ListenerOption {
    engine::transaction::Transport transport = engine::transaction::Transport::udp;
    /// Empty: every address of this machine.
    std::optional<base::IpAddress> ip;
    std::uint16_t port = 0; ///< 0: any that is free.
    std::string advertised_host;
    std::uint16_t advertised_port = 0;
    std::optional<engine::proxy::Bridge> bridge;
    std::vector<crypto::Hash> digest;
};

/// The error names the part that is wrong, in a whole sentence.
[[nodiscard]] base::Result<ListenerOption, std::string> parse_listener(std::string_view text);
/// HOST, HOST:PORT, an IPv6 address with or without brackets.
[[nodiscard]] bool parse_advertised(std::string_view text, std::string &host, std::uint16_t &port);
/// "auto", "always", "never".
[[nodiscard]] std::optional<engine::proxy::Bridge> parse_bridge(std::string_view text);
/// Algorithm names between `separator`s; nothing when one is not known.
[[nodiscard]] std::optional<std::vector<crypto::Hash>> parse_digest(std::string_view text, char separator);

} // namespace cord::tools::sipws_proxy
