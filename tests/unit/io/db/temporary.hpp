// A folder that goes with its owner, and a database in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "io/db/database.hpp"
#include "support/catch.hpp"

namespace cord::tests {

struct TemporaryDatabase {
    TemporaryDatabase() {
        std::string name = (std::filesystem::temp_directory_path() / "cord-db-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        url.place = folder + "/my test.db";
    }
    ~TemporaryDatabase() { std::filesystem::remove_all(folder); }
    TemporaryDatabase(const TemporaryDatabase &) = delete;
    TemporaryDatabase &operator=(const TemporaryDatabase &) = delete;

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

    std::string folder;
    io::db::Url url;
};

} // namespace cord::tests
