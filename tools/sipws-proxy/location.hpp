// Kamailio's ul methods: the bindings of this proxy, in its shapes.
#pragma once

#include "io/rpc/methods.hpp"
#include "proxy.hpp"

namespace cord::tools::sipws_proxy {

/// ul.dump, ul.lookup, ul.rm, ul.rm_contact, ul.add.
void add_location_methods(io::rpc::Methods &methods, Proxy &proxy);

} // namespace cord::tools::sipws_proxy
