// The tables: Kamailio's as its 5.6 to 6.x expect them, by name, type, default and key, and our own.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace cord::io::db {

struct Column {
    const char *name;
    const char *type; ///< As declared: Kamailio's SQLite driver reads meaning from parts of these words.
    const char *default_value = nullptr; ///< A literal of SQL; null: no DEFAULT.
    bool null = false;
};

struct Index {
    const char *name; ///< Without the table's name, which comes first.
    std::vector<const char *> columns;
    bool unique = false;
};

/// Every table begins with `id`, its key.
struct Table {
    const char *name;
    int version;
    std::vector<Column> columns;
    std::vector<Index> indexes;
};

[[nodiscard]] const std::vector<Table> &tables();

/// The statements that make a table in SQLite, with its row in `version`.
[[nodiscard]] std::vector<std::string> create_statements(const Table &table);

} // namespace cord::io::db
