#include "io/db/directory.hpp"

#include "io/db/database.hpp"
#include "io/db/rows.hpp"

namespace cord::io::db {
namespace {

constexpr const char *aliases_table = "dbaliases", *dials_table = "speed_dial";

bool some(std::int64_t rows) { return rows > 0; }

} // namespace

Result<std::vector<Alias>> Database::aliases() {
    return rows_of(*session_, aliases_table,
                   "SELECT alias_username, lower(alias_domain), username, lower(domain) FROM dbaliases "
                   "ORDER BY id",
                   4)
        .map([](const std::vector<Texts> &rows) {
            std::vector<Alias> all;
            for (const Texts &row : rows)
                all.push_back({row[0], row[1], row[2], row[3]});
            return all;
        });
}

Result<bool> Database::add_alias(const Alias &alias) {
    return add_row(*session_, aliases_table,
                   {"SELECT 1 FROM dbaliases WHERE alias_username = :a AND lower(alias_domain) = :b",
                    {alias.name, alias.domain}},
                   {"INSERT INTO dbaliases (alias_username, alias_domain, username, domain) VALUES (:a, :b, "
                    ":c, :d)",
                    {alias.name, alias.domain, alias.user, alias.user_domain}});
}

Result<bool> Database::remove_alias(const std::string &name, const std::string &domain) {
    return remove_rows(*session_, aliases_table,
                       {"DELETE FROM dbaliases WHERE alias_username = :a AND lower(alias_domain) = :b",
                        {name, domain}})
        .map(some);
}

Result<std::vector<SpeedDial>> Database::speed_dials() {
    return rows_of(*session_, dials_table,
                   "SELECT username, lower(domain), sd_username, lower(sd_domain), new_uri FROM speed_dial "
                   "ORDER BY domain, username, sd_username, id",
                   5)
        .map([](const std::vector<Texts> &rows) {
            std::vector<SpeedDial> all;
            for (const Texts &row : rows)
                all.push_back({row[0], row[1], row[2], row[3], row[4]});
            return all;
        });
}

Result<bool> Database::add_speed_dial(const SpeedDial &dial) {
    return add_row(*session_, dials_table,
                   {"SELECT 1 FROM speed_dial WHERE username = :a AND lower(domain) = :b AND sd_username = "
                    ":c AND lower(sd_domain) = :d",
                    {dial.user, dial.domain, dial.number, dial.number_domain}},
                   {"INSERT INTO speed_dial (username, domain, sd_username, sd_domain, new_uri) VALUES "
                    "(:a, :b, :c, :d, :e)",
                    {dial.user, dial.domain, dial.number, dial.number_domain, dial.uri}});
}

Result<bool> Database::remove_speed_dial(const SpeedDial &dial) {
    return remove_rows(
               *session_, dials_table,
               {"DELETE FROM speed_dial WHERE username = :a AND lower(domain) = :b AND sd_username = :c",
                {dial.user, dial.domain, dial.number}})
        .map(some);
}

} // namespace cord::io::db
