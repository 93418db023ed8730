// Kamailio's methods about the program itself: core, corex, domain, tls.
#pragma once

#include "control.hpp"

namespace cord::tools::sipws_proxy {

void add_core_methods(io::rpc::Methods &methods, Proxy &proxy, const Actions &actions);

} // namespace cord::tools::sipws_proxy
