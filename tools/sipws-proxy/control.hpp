// The methods by which a running proxy is seen and steered, under Kamailio's names and in its shapes where it
// has them.
#pragma once

#include <functional>

#include "io/rpc/methods.hpp"
#include "proxy.hpp"

namespace cord::tools::sipws_proxy {

/// What methods set off beyond the proxy itself.
struct Actions {
    std::function<void()> drain; ///< Ends the program as SIGTERM does.
    std::function<base::Result<void, std::string>()> reload_certificate; ///< The error says why not.
};

void add_methods(io::rpc::Methods &methods, Proxy &proxy, const Actions &actions);

} // namespace cord::tools::sipws_proxy
