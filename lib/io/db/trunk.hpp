// Rows of our own tables `cord_trunk` and `cord_rule`: servers beyond, and which numbers lead to them.
#pragma once

#include <cstdint>
#include <string>

namespace cord::io::db {

struct Trunk {
    std::string name;
    std::string uri;      ///< Of the server.
    std::string username; ///< For its challenges; empty: it has none.
    std::string password;
    bool registers = false;
    std::int64_t probe = 30; ///< Seconds between two OPTIONS; 0: none.
};

struct Rule {
    std::string prefix, trunk;
    std::int64_t strip = 0;
    std::string prepend;
    std::int64_t priority = 0, weight = 1;
    std::string group; ///< Whose members alone may use it; empty: every user.
};

} // namespace cord::io::db
