// Who this machine is: its name and its addresses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace cord::io::net {

[[nodiscard]] std::string host_name();
/// The host's name, and the addresses of interfaces that are up, without those of one link; loopback last.
[[nodiscard]] std::vector<std::string> own_names();
/// The address of ours that datagrams to this one leave from; nothing without a route.
[[nodiscard]] std::optional<base::IpAddress> source_address(const base::IpAddress &to);

} // namespace cord::io::net
