// Kamailio's methods about what it keeps in tables, by what stands in their place here: trunks for the
// destinations of dispatcher, trusted addresses for those of permissions, media gateways for rtpengine's.
#pragma once

#include "control.hpp"

namespace cord::tools::sipws_proxy {

void add_table_methods(io::rpc::Methods &methods, Proxy &proxy);

} // namespace cord::tools::sipws_proxy
