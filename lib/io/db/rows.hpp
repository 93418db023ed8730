// What the small tables have in common: a database that another program made may lack any of them.
#pragma once

#include <string>
#include <vector>

#include "io/db/session.hpp"

namespace cord::io::db {

[[nodiscard]] Result<bool> has_table(Session &session, const std::string &name);
/// One of those that schema.hpp names.
[[nodiscard]] Result<std::monostate> make_table(Session &session, const std::string &name);

/// The rows of a query over this table; none while it is not there.
[[nodiscard]] Result<std::vector<Texts>> rows_of(Session &session, const std::string &table,
                                                 const std::string &query, std::size_t columns);

struct Statement {
    std::string sql;
    std::vector<Parameter> parameters;
};

/// Adds a row, in a table that is made where it is missing, unless `same` finds one: then false.
[[nodiscard]] Result<bool> add_row(Session &session, const std::string &table, const Statement &same,
                                   const Statement &insert);
/// How many went.
[[nodiscard]] Result<std::int64_t> remove_rows(Session &session, const std::string &table,
                                               const Statement &remove);

} // namespace cord::io::db
