// The proxy's counts for those who ask: by Kamailio's methods and names, and as Prometheus' metrics.
#pragma once

#include <string>

#include "io/rpc/methods.hpp"
#include "proxy.hpp"

namespace cord::tools::sipws_proxy {

/// stats.get_statistics, stats.fetch, stats.fetchn.
void add_statistics_methods(io::rpc::Methods &methods, Proxy &proxy);

/// All of them as Prometheus' text format: `cordboard_sip_NAME`, counts with `_total`.
[[nodiscard]] std::string metrics(const Proxy &proxy);

} // namespace cord::tools::sipws_proxy
