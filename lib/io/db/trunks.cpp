#include <charconv>

#include "io/db/database.hpp"
#include "io/db/rows.hpp"

namespace cord::io::db {
namespace {

constexpr const char *trunks_table = "cord_trunk", *rules_table = "cord_rule";

std::int64_t number(const std::string &text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

bool some(std::int64_t rows) { return rows > 0; }

} // namespace

Result<std::vector<Trunk>> Database::trunks() {
    return rows_of(*session_, trunks_table,
                   "SELECT name, uri, username, password, registers, probe FROM cord_trunk ORDER BY name", 6)
        .map([](const std::vector<Texts> &rows) {
            std::vector<Trunk> all;
            for (const Texts &row : rows)
                all.push_back({row[0], row[1], row[2], row[3], number(row[4]) != 0, number(row[5])});
            return all;
        });
}

Result<bool> Database::add_trunk(const Trunk &t) {
    return add_row(*session_, trunks_table, {"SELECT 1 FROM cord_trunk WHERE name = :a", {t.name}},
                   {"INSERT INTO cord_trunk (name, uri, username, password, registers, probe) VALUES (:a, "
                    ":b, :c, :d, :e, :f)",
                    {t.name, t.uri, t.username, t.password, std::int64_t{t.registers}, t.probe}});
}

Result<bool> Database::remove_trunk(const std::string &name) {
    return remove_rows(*session_, trunks_table, {"DELETE FROM cord_trunk WHERE name = :a", {name}}).map(some);
}

Result<std::vector<Rule>> Database::rules() {
    return rows_of(*session_, rules_table,
                   "SELECT prefix, trunk, strip, prepend, priority, weight, grp FROM cord_rule ORDER BY "
                   "prefix, priority, trunk",
                   7)
        .map([](const std::vector<Texts> &rows) {
            std::vector<Rule> all;
            for (const Texts &row : rows)
                all.push_back(
                    {row[0], row[1], number(row[2]), row[3], number(row[4]), number(row[5]), row[6]});
            return all;
        });
}

Result<bool> Database::add_rule(const Rule &r) {
    return add_row(*session_, rules_table,
                   {"SELECT 1 FROM cord_rule WHERE prefix = :a AND trunk = :b", {r.prefix, r.trunk}},
                   {"INSERT INTO cord_rule (prefix, trunk, strip, prepend, priority, weight, grp) VALUES "
                    "(:a, :b, :c, :d, :e, :f, :g)",
                    {r.prefix, r.trunk, r.strip, r.prepend, r.priority, r.weight, r.group}});
}

Result<bool> Database::remove_rule(const std::string &prefix, const std::string &trunk) {
    return remove_rows(*session_, rules_table,
                       {"DELETE FROM cord_rule WHERE prefix = :a AND trunk = :b", {prefix, trunk}})
        .map(some);
}

} // namespace cord::io::db
