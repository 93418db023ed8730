// Rows of Kamailio's `dbaliases`, `speed_dial` and `grp`.
#pragma once

#include <string>

namespace cord::io::db {

/// `name@domain` leads to `user@user_domain`.
struct Alias {
    std::string name, domain; ///< An empty domain: in each.
    std::string user, user_domain;
};

/// What a user reaches by a short number.
struct SpeedDial {
    std::string user, domain;
    std::string number;
    std::string number_domain; ///< That it is dialled in.
    std::string uri;
};

/// Who may do what a group may.
struct Member {
    std::string user, domain;
    std::string group;
};

} // namespace cord::io::db
