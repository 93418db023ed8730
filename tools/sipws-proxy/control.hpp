// The methods of the control socket, under Kamailio's names and in its shapes where it has them.
#pragma once

#include <functional>

#include "io/rpc/methods.hpp"
#include "proxy.hpp"

namespace cord::tools::sipws_proxy {

/// `drain` ends the program as SIGTERM does.
void add_methods(io::rpc::Methods &methods, Proxy &proxy, std::function<void()> drain);

} // namespace cord::tools::sipws_proxy
