#include "io/db/schema.hpp"

#include <fmt/format.h>

namespace cord::io::db {
namespace {

constexpr const char *time_type = "TIMESTAMP WITHOUT TIME ZONE";
constexpr const char *empty = "''";
constexpr const char *long_ago = "'2000-01-01 00:00:01'";

/// `acc` and `missed_calls` are the same but for name and number.
Table accounting(const char *name, int version) {
    return {name,
            version,
            {{"method", "VARCHAR(16)", empty},
             {"from_tag", "VARCHAR(128)", empty},
             {"to_tag", "VARCHAR(128)", empty},
             {"callid", "VARCHAR(255)", empty},
             {"sip_code", "VARCHAR(3)", empty},
             {"sip_reason", "VARCHAR(128)", empty},
             {"time", time_type}},
            {{"callid_idx", {"callid"}}}};
}

Table location() {
    return {"location",
            9,
            {{"ruid", "VARCHAR(64)", empty},
             {"username", "VARCHAR(64)", empty},
             {"domain", "VARCHAR(64)", "NULL", true},
             {"contact", "VARCHAR(512)", empty},
             {"received", "VARCHAR(128)", "NULL", true},
             {"path", "VARCHAR(512)", "NULL", true},
             {"expires", time_type, "'2030-05-28 21:32:15'"},
             {"q", "REAL", "1.0"},
             {"callid", "VARCHAR(255)", "'Default-Call-ID'"},
             {"cseq", "INTEGER", "1"},
             {"last_modified", time_type, long_ago},
             {"flags", "INTEGER", "0"},
             {"cflags", "INTEGER", "0"},
             {"user_agent", "VARCHAR(255)", empty},
             {"socket", "VARCHAR(64)", "NULL", true},
             {"methods", "INTEGER", "NULL", true},
             {"instance", "VARCHAR(255)", "NULL", true},
             {"reg_id", "INTEGER", "0"},
             {"server_id", "INTEGER", "0"},
             {"connection_id", "INTEGER", "0"},
             {"keepalive", "INTEGER", "0"},
             {"partition", "INTEGER", "0"}},
            {{"ruid_idx", {"ruid"}, true},
             {"account_contact_idx", {"username", "domain", "contact"}},
             {"expires_idx", {"expires"}},
             {"tcpcon_idx", {"connection_id"}},
             {"connection_idx", {"server_id", "connection_id"}}}};
}

std::vector<Table> subscribers() {
    return {{"subscriber",
             7,
             {{"username", "VARCHAR(64)", empty},
              {"domain", "VARCHAR(64)", empty},
              {"password", "VARCHAR(64)", empty},
              {"ha1", "VARCHAR(128)", empty},
              {"ha1b", "VARCHAR(128)", empty}},
             {{"account_idx", {"username", "domain"}, true}, {"username_idx", {"username"}}}},
            // What subscriber has no column for. `ha1` is its MD5 HA1 of the same password: where the two
            // differ, another program has set a new one, and the digests here are of the old.
            {"cord_subscriber",
             1,
             {{"username", "VARCHAR(64)"},
              {"domain", "VARCHAR(64)"},
              {"display_name", "VARCHAR(255)", empty},
              {"email", "VARCHAR(255)", empty},
              {"ha1", "VARCHAR(32)", empty},
              {"ha1_sha256", "VARCHAR(64)", empty},
              {"ha1_sha512_256", "VARCHAR(64)", empty}},
             {{"account_idx", {"username", "domain"}, true}}}};
}

std::vector<Table> trunks() {
    return {{"cord_trunk",
             1,
             {{"name", "VARCHAR(64)"},
              {"uri", "VARCHAR(255)"},
              {"username", "VARCHAR(64)", empty},
              {"password", "VARCHAR(128)", empty},
              {"registers", "INTEGER", "0"},
              {"probe", "INTEGER", "30"}},
             {{"name_idx", {"name"}, true}}},
            {"cord_rule",
             1,
             {{"prefix", "VARCHAR(64)", empty},
              {"trunk", "VARCHAR(64)"},
              {"strip", "INTEGER", "0"},
              {"prepend", "VARCHAR(64)", empty},
              {"priority", "INTEGER", "0"},
              {"weight", "INTEGER", "1"},
              {"grp", "VARCHAR(64)", empty}},
             {{"rule_idx", {"prefix", "trunk"}, true}}}};
}

std::vector<Table> make_tables() {
    std::vector<Table> all = {
        {"version",
         1,
         {{"table_name", "VARCHAR(32)"}, {"table_version", "INTEGER", "0"}},
         {{"table_name_idx", {"table_name"}, true}}},
        accounting("acc", 5),
        accounting("missed_calls", 4),
        {"domain",
         2,
         {{"domain", "VARCHAR(64)"},
          {"did", "VARCHAR(64)", "NULL", true},
          {"last_modified", time_type, long_ago}},
         {{"domain_idx", {"domain"}, true}}},
        {"domain_attrs",
         1,
         {{"did", "VARCHAR(64)"},
          {"name", "VARCHAR(32)"},
          {"type", "INTEGER"},
          {"value", "VARCHAR(255)"},
          {"last_modified", time_type, long_ago}},
         {{"domain_attrs_idx", {"did", "name"}}}},
        {"address",
         6,
         {{"grp", "INTEGER", "1"},
          {"ip_addr", "VARCHAR(50)"},
          {"mask", "INTEGER", "32"},
          {"port", "SMALLINT", "0"},
          {"tag", "VARCHAR(64)", nullptr, true}},
         {}},
        location(),
        {"location_attrs",
         1,
         {{"ruid", "VARCHAR(64)", empty},
          {"username", "VARCHAR(64)", empty},
          {"domain", "VARCHAR(64)", "NULL", true},
          {"aname", "VARCHAR(64)", empty},
          {"atype", "INTEGER", "0"},
          {"avalue", "VARCHAR(512)", empty},
          {"last_modified", time_type, long_ago}},
         {{"account_record_idx", {"username", "domain", "ruid"}}, {"last_modified_idx", {"last_modified"}}}},
        {"dbaliases",
         1,
         {{"alias_username", "VARCHAR(64)", empty},
          {"alias_domain", "VARCHAR(64)", empty},
          {"username", "VARCHAR(64)", empty},
          {"domain", "VARCHAR(64)", empty}},
         {{"alias_user_idx", {"alias_username"}},
          {"alias_idx", {"alias_username", "alias_domain"}},
          {"target_idx", {"username", "domain"}}}},
        {"grp",
         2,
         {{"username", "VARCHAR(64)", empty},
          {"domain", "VARCHAR(64)", empty},
          {"grp", "VARCHAR(64)", empty},
          {"last_modified", time_type, long_ago}},
         {{"account_group_idx", {"username", "domain", "grp"}, true}}},
        {"speed_dial",
         2,
         {{"username", "VARCHAR(64)", empty},
          {"domain", "VARCHAR(64)", empty},
          {"sd_username", "VARCHAR(64)", empty},
          {"sd_domain", "VARCHAR(64)", empty},
          {"new_uri", "VARCHAR(255)", empty},
          {"fname", "VARCHAR(64)", empty},
          {"lname", "VARCHAR(64)", empty},
          {"description", "VARCHAR(64)", empty}},
         {{"speed_dial_idx", {"username", "domain", "sd_domain", "sd_username"}, true}}},
    };
    for (Table &table : trunks())
        all.push_back(std::move(table));
    for (Table &table : subscribers())
        all.push_back(std::move(table));
    return all;
}

} // namespace

const std::vector<Table> &tables() {
    static const std::vector<Table> all = make_tables();
    return all;
}

std::vector<std::string> create_statements(const Table &table) {
    std::string create = fmt::format("CREATE TABLE {} (id INTEGER PRIMARY KEY NOT NULL", table.name);
    for (const Column &column : table.columns) {
        create += fmt::format(", {} {}", column.name, column.type);
        if (column.default_value != nullptr)
            create += fmt::format(" DEFAULT {}", column.default_value);
        if (!column.null)
            create += " NOT NULL";
    }
    std::vector<std::string> out(1);
    for (const Index &index : table.indexes) {
        std::string name = fmt::format("{}_{}", table.name, index.name);
        std::string columns = fmt::format("{}", fmt::join(index.columns, ", "));
        if (index.unique)
            create += fmt::format(", CONSTRAINT {} UNIQUE ({})", name, columns);
        else
            out.push_back(fmt::format("CREATE INDEX {} ON {} ({})", name, table.name, columns));
    }
    out.front() = create + ")";
    // The row may have outlived a table that was dropped by hand.
    out.push_back(fmt::format("DELETE FROM version WHERE table_name = '{}'", table.name));
    out.push_back(fmt::format("INSERT INTO version (table_name, table_version) VALUES ('{}', {})", table.name,
                              table.version));
    return out;
}

} // namespace cord::io::db
