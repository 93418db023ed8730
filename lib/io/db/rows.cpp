#include "io/db/rows.hpp"

#include <algorithm>

#include "io/db/schema.hpp"

namespace cord::io::db {

Result<bool> has_table(Session &session, const std::string &name) {
    return session.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name = :a", 1, {name})
        .map([](const std::vector<Texts> &rows) { return !rows.empty(); });
}

Result<std::monostate> make_table(Session &session, const std::string &name) {
    auto table =
        std::find_if(tables().begin(), tables().end(), [&](const Table &t) { return t.name == name; });
    for (const std::string &statement : create_statements(*table))
        if (auto done = session.change(statement); !done)
            return tl::unexpected(done.error());
    return std::monostate();
}

Result<std::vector<Texts>> rows_of(Session &session, const std::string &table, const std::string &query,
                                   std::size_t columns) {
    auto there = has_table(session, table);
    if (!there)
        return tl::unexpected(there.error());
    return *there ? session.rows(query, columns) : std::vector<Texts>();
}

Result<bool> add_row(Session &session, const std::string &table, const Statement &same,
                     const Statement &insert) {
    bool added = false;
    auto done = session.transaction([&]() -> Result<std::monostate> {
        auto there = has_table(session, table);
        if (there && !*there)
            if (auto made = make_table(session, table); !made)
                return made;
        auto rows = session.rows(same.sql, 1, same.parameters);
        if (!rows)
            return tl::unexpected(rows.error());
        if (!rows->empty())
            return std::monostate();
        added = true;
        return session.change(insert.sql, insert.parameters).map([](std::int64_t) {
            return std::monostate();
        });
    });
    return done.map([&](std::monostate) { return added; });
}

Result<std::int64_t> remove_rows(Session &session, const std::string &table, const Statement &remove) {
    auto there = has_table(session, table);
    if (!there)
        return tl::unexpected(there.error());
    return *there ? session.change(remove.sql, remove.parameters) : std::int64_t{0};
}

} // namespace cord::io::db
