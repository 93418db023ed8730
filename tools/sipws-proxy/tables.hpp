// What stands in tables and the proxy serves by: read at start and at each reload.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/locate/directory.hpp"
#include "engine/locate/row.hpp"
#include "engine/proxy/config.hpp"
#include "engine/proxy/dial_plan.hpp"
#include "io/db/database.hpp"

namespace cord::tools::sipws_proxy {

struct Tables {
    std::vector<std::string> domains;
    std::vector<engine::proxy::TrustedAddress> trusted;
    std::shared_ptr<const engine::locate::Directory> directory;
    std::shared_ptr<const engine::proxy::DialPlan> dial_plan;
    std::vector<engine::locate::Row> bindings; ///< Only where they are wanted.
};

/// All of them or none. `database` is null while it cannot be opened.
[[nodiscard]] io::db::Result<Tables> read_tables(io::db::Database *database, bool bindings_too,
                                                 base::UnixTime now);

} // namespace cord::tools::sipws_proxy
