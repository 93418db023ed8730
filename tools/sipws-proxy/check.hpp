// What --check tries beyond what a start opens anyway.
#pragma once

#include <variant>
#include <vector>

#include "io/db/url.hpp"
#include "io/net/ng_client.hpp"
#include "options.hpp"

namespace cord::tools::sipws_proxy {

/// Opens it and reads from it.
[[nodiscard]] Checked<std::monostate> check_database(const io::db::Url &url);
/// Pings them all; the refusal names the first that does not answer.
[[nodiscard]] Checked<std::monostate> check_breakers(const std::vector<io::net::NgEndpoint> &breakers);

} // namespace cord::tools::sipws_proxy
