// A folder that goes with its owner, and a database in it.
#pragma once

#include <cstdio>
#include <string>

#include "io/db/database.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

namespace cord::tests {

struct TemporaryDatabase {
    TemporaryDatabase() { url.place = folder.path + "/my test.db"; }

    io::db::Database created() {
        REQUIRE(io::db::Database::create(url, false));
        auto db = io::db::Database::open(url);
        REQUIRE(db);
        return std::move(*db);
    }
    /// Runs SQL by the sqlite3 program, as another process would.
    std::string sqlite(const std::string &sql) const {
        std::string out;
        std::string command = "sqlite3 '" + url.place + "' \"" + sql + "\"";
        FILE *pipe = ::popen(command.c_str(), "r");
        for (int c; (c = std::fgetc(pipe)) != EOF;)
            out += static_cast<char>(c);
        CHECK(::pclose(pipe) == 0);
        return out;
    }

    Folder folder;
    io::db::Url url;
};

} // namespace cord::tests
