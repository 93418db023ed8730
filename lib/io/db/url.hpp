// A database's URL in our spellings and in Kamailio's.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cord::io::db {

enum class Engine { sqlite, postgresql, mysql, odbc };

/// Whether this build can speak to it.
[[nodiscard]] constexpr bool is_built_in(Engine engine) { return engine == Engine::sqlite; }

struct Url {
    Engine engine = Engine::sqlite;
    std::string place; ///< SQLite: the path. Else what follows the scheme.
};

/// `sqlite:PATH`, Kamailio's `sqlite:///PATH` (which means /PATH), `postgresql:`, `postgres:`, `mysql:`,
/// `odbc:`.
[[nodiscard]] base::Result<Url> parse_url(std::string_view text);

/// The URL without the password that it may hold, for words and logs.
[[nodiscard]] std::string without_password(std::string_view url);

} // namespace cord::io::db
