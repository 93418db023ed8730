#include <fstream>

#include "io/db/schema.hpp"
#include "unit/io/db/temporary.hpp"

using cord::tests::TemporaryDatabase;

namespace {

/// All that SQLite knows of a table, less the spelling of the statement that made it.
std::string shape(const TemporaryDatabase &t, const std::string &table) {
    return t.sqlite(
        "SELECT name, type, [notnull], dflt_value, pk FROM pragma_table_info('" + table +
        "'); SELECT l.name, l.[unique], l.origin, i.seqno, i.name FROM pragma_index_list('" + table +
        "') l, pragma_index_info(l.name) i ORDER BY 1, 4; SELECT table_version, typeof(table_version) "
        "FROM version WHERE table_name = '" +
        table + "'");
}

} // namespace

TEST_CASE("our tables are Kamailio's, by the scripts of its package") {
    const std::string scripts = "/usr/share/kamailio/db_sqlite/";
    if (!std::filesystem::exists(scripts)) {
        SUCCEED("# SKIP kamailio-sqlite-modules is not installed");
        return;
    }
    TemporaryDatabase ours, theirs;
    ours.created();
    for (const char *script :
         {"standard", "acc", "domain", "usrloc", "alias_db", "auth_db", "permissions", "group", "speeddial"})
        REQUIRE(std::system(
                    ("sqlite3 '" + theirs.url.place + "' < " + scripts + script + "-create.sql").c_str()) ==
                0);
    for (const auto &table : cord::io::db::tables()) {
        if (std::string(table.name).rfind("cord_", 0) == 0)
            continue;
        INFO(table.name);
        CHECK(shape(ours, table.name) == shape(theirs, table.name));
    }
}
