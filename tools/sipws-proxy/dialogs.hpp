// Kamailio's dlg methods: the calls of this proxy, seen and ended.
#pragma once

#include "io/rpc/methods.hpp"
#include "proxy.hpp"

namespace cord::tools::sipws_proxy {

/// dlg.list, dlg.briefing, dlg.stats_active, dlg.end_dlg, dlg.terminate_dlg.
void add_dialog_methods(io::rpc::Methods &methods, Proxy &proxy);

} // namespace cord::tools::sipws_proxy
