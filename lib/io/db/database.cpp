#include "io/db/database.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/db/rows.hpp"
#include "io/db/schema.hpp"

namespace cord::io::db {
namespace {

/// An empty file that only its owner can read: it will hold digests of passwords. True when it was not there.
Result<bool> make_file(const std::string &path) {
    int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) {
        ::close(fd);
        return true;
    }
    if (errno == EEXIST)
        return false;
    return fail(errno == EACCES || errno == EROFS ? Trouble::read_only : Trouble::gone,
                fmt::format("cannot create {}: {}", path, std::strerror(errno)));
}

std::int64_t number(const std::string &text) {
    return static_cast<std::int64_t>(base::to_uint(text, INT64_MAX).value_or(0));
}

} // namespace

Database::Database(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Database::~Database() = default;
Database::Database(Database &&) noexcept = default;
Database &Database::operator=(Database &&) noexcept = default;

Result<Database> Database::open(const Url &url) {
    return Session::open(url).map(
        [](std::unique_ptr<Session> session) { return Database(std::move(session)); });
}

Result<std::size_t> Database::create(const Url &url, bool if_not_exists) {
    bool made_file = false;
    if (url.engine == Engine::sqlite) {
        auto made = make_file(url.place);
        if (!made)
            return tl::unexpected(made.error());
        made_file = *made;
    }
    std::size_t made_tables = 0;
    auto made = open(url).and_then([&](Database database) {
        return database.session_->transaction([&]() -> Result<std::monostate> {
            for (const Table &table : tables()) {
                auto there = has_table(*database.session_, table.name);
                if (!there)
                    return tl::unexpected(there.error());
                if (*there && !if_not_exists)
                    return fail(
                        Trouble::exists,
                        fmt::format("there is a database already, with a table {}: {} (--if-not-exists adds "
                                    "what it lacks)",
                                    table.name, url.place));
                if (*there)
                    continue;
                if (auto result = make_table(*database.session_, table.name); !result)
                    return result;
                ++made_tables;
            }
            return std::monostate();
        });
    });
    if (made)
        return made_tables;
    if (made_file)
        ::unlink(url.place.c_str());
    return tl::unexpected(made.error());
}

Result<std::monostate> Database::snapshot(const std::function<Result<std::monostate>()> &work) {
    return session_->snapshot(work);
}

Result<std::int64_t> Database::changes_by_others() {
    return session_->rows("PRAGMA data_version", 1).map([](const std::vector<Texts> &rows) {
        return rows.empty() ? 0 : number(rows[0][0]);
    });
}

Result<std::vector<TableStatus>> Database::status() {
    std::vector<TableStatus> all;
    for (const Table &table : tables()) {
        TableStatus &status = all.emplace_back(TableStatus{table.name, 0, table.version, 0});
        auto there = has_table(*session_, table.name);
        if (!there)
            return tl::unexpected(there.error());
        if (!*there)
            continue;
        auto rows = session_->rows(fmt::format("SELECT count(*) FROM {}", table.name), 1);
        if (!rows)
            return tl::unexpected(rows.error());
        status.rows = number(rows->at(0).at(0));
        auto version = session_->rows("SELECT table_version FROM version WHERE table_name = :a", 1,
                                      {std::string(table.name)});
        if (version && !version->empty())
            status.version = number(version->at(0).at(0));
    }
    return all;
}

bool Database::still_there() const { return session_->still_there(); }

Result<std::vector<std::string>> Database::domains() {
    return session_
        ->rows("SELECT lower(domain) FROM domain WHERE domain <> '' UNION "
               "SELECT lower(domain) FROM subscriber WHERE domain <> '' ORDER BY 1",
               1)
        .map([](std::vector<Texts> rows) {
            std::vector<std::string> all;
            for (Texts &row : rows)
                all.push_back(std::move(row[0]));
            return all;
        });
}

} // namespace cord::io::db
