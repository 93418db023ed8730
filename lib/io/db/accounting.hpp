// A row of Kamailio's tables acc and missed_calls.
#pragma once

#include <string>

#include "base/time.hpp"

namespace cord::io::db {

/// The columns that its module acc fills by itself.
struct AccountRow {
    bool missed = false; ///< Of missed_calls.
    std::string method, from_tag, to_tag, callid, sip_code, sip_reason;
    base::UnixTime time{};
};

} // namespace cord::io::db
