#include "io/db/database.hpp"
#include "io/db/rows.hpp"

namespace cord::io::db {
namespace {

constexpr const char *table = "grp";

} // namespace

Result<std::vector<Member>> Database::members() {
    return rows_of(*session_, table,
                   "SELECT username, lower(domain), grp FROM grp ORDER BY grp, domain, username", 3)
        .map([](const std::vector<Texts> &rows) {
            std::vector<Member> all;
            for (const Texts &row : rows)
                all.push_back({row[0], row[1], row[2]});
            return all;
        });
}

Result<bool> Database::add_member(const Member &m) {
    return add_row(
        *session_, table,
        {"SELECT 1 FROM grp WHERE username = :a AND lower(domain) = :b AND grp = :c",
         {m.user, m.domain, m.group}},
        {"INSERT INTO grp (username, domain, grp) VALUES (:a, :b, :c)", {m.user, m.domain, m.group}});
}

Result<bool> Database::remove_member(const Member &m) {
    return remove_rows(*session_, table,
                       {"DELETE FROM grp WHERE username = :a AND lower(domain) = :b AND grp = :c",
                        {m.user, m.domain, m.group}})
        .map([](std::int64_t rows) { return rows > 0; });
}

} // namespace cord::io::db
