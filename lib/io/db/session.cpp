#include "io/db/session.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace cord::io::db {
namespace {

// Of sqlite3.h, which SOCI wraps in a namespace of its own; the numbers are SQLite's stable interface.
constexpr int sqlite_busy = 5, sqlite_locked = 6, sqlite_readonly = 8, sqlite_io_error = 10,
              sqlite_corrupt = 11, sqlite_full = 13, sqlite_cannot_open = 14, sqlite_not_a_database = 26;

/// Long enough to outlast another program's write, short enough that a client's REGISTER still gets its 503.
constexpr int busy_seconds = 4;

Trouble trouble_of(int result) {
    switch (result & 0xff) {
    case sqlite_busy:
    case sqlite_locked: return Trouble::locked;
    case sqlite_full: return Trouble::full;
    case sqlite_readonly: return Trouble::read_only;
    case sqlite_io_error:
    case sqlite_cannot_open:
    case sqlite_not_a_database:
    case sqlite_corrupt: return Trouble::gone;
    default: return Trouble::other;
    }
}

/// SQLite calls it an I/O error when the files beside the database find no room.
bool has_no_room(const std::string &file) {
    constexpr std::uint64_t least = 64 * 1024;
    std::size_t slash = file.find_last_of('/');
    struct statvfs info {};
    return ::statvfs(slash == std::string::npos ? "." : file.substr(0, slash + 1).c_str(), &info) == 0 &&
           std::uint64_t{info.f_bavail} * info.f_frsize < least;
}

Failure failure_of(const std::exception &error, const std::string &file) {
    std::string text = error.what();
    // SOCI adds the statement, which holds no values but is of no use to an operator.
    text = text.substr(0, text.find(" while "));
    if (std::size_t colon = text.find(": "); text.starts_with("sqlite3_") && colon != std::string::npos)
        text.erase(0, colon + 2); // the place in SOCI
    if (text.find("no such table") != std::string::npos)
        return {Trouble::no_tables, "the database has no tables of ours: sipdb create makes them"};
    const auto *sqlite = dynamic_cast<const soci::sqlite3_soci_error *>(&error);
    const Trouble trouble = sqlite == nullptr ? Trouble::other : trouble_of(sqlite->result());
    if (trouble == Trouble::full || (trouble == Trouble::gone && has_no_room(file)))
        return {Trouble::full, fmt::format("{}: the disk is full", file)};
    if (sqlite != nullptr && (sqlite->result() & 0xff) == sqlite_not_a_database)
        return {Trouble::gone, fmt::format("{}: this file is no SQLite database", file)};
    if (trouble == Trouble::gone && ::access(file.c_str(), R_OK | W_OK) != 0 && errno == EACCES)
        return {Trouble::read_only, fmt::format("{}: {}", file, std::strerror(EACCES))};
    return {trouble, fmt::format("{}: {}", file, text)};
}

struct File {
    dev_t device = 0;
    ino_t inode = 0;

    static File of(const std::string &path) {
        struct stat info {};
        return ::stat(path.c_str(), &info) == 0 ? File{info.st_dev, info.st_ino} : File{};
    }
    bool operator==(const File &) const = default;
};

/// A parameter's or column's place, whose address SOCI keeps.
struct Slot {
    std::string text;
    long long number = 0;
    double real = 0;
    soci::indicator indicator = soci::i_ok;

    void hold(const Parameter &parameter) {
        indicator = soci::i_ok;
        if (const auto *t = std::get_if<std::string>(&parameter))
            text = *t;
        else if (const auto *v = std::get_if<std::string_view>(&parameter))
            text = *v;
        else if (const auto *n = std::get_if<std::int64_t>(&parameter))
            number = *n;
        else if (const auto *r = std::get_if<double>(&parameter))
            real = *r;
        else
            indicator = soci::i_null;
    }
};

/// A prepared statement. A parameter keeps its type from call to call, or is NULL.
class Prepared {
  public:
    Prepared(soci::session &session, const std::string &sql, const std::vector<Parameter> &parameters,
             std::size_t columns)
        : in_(parameters.size()), out_(columns), statement_(session) {
        for (std::size_t i = 0; i < in_.size(); ++i) {
            if (std::holds_alternative<std::int64_t>(parameters[i]))
                statement_.exchange(soci::use(in_[i].number, in_[i].indicator));
            else if (std::holds_alternative<double>(parameters[i]))
                statement_.exchange(soci::use(in_[i].real, in_[i].indicator));
            else
                statement_.exchange(soci::use(in_[i].text, in_[i].indicator));
        }
        for (Slot &slot : out_)
            statement_.exchange(soci::into(slot.text, slot.indicator));
        statement_.alloc();
        statement_.prepare(sql);
        statement_.define_and_bind();
    }

    std::int64_t change(const std::vector<Parameter> &parameters) {
        hold(parameters);
        statement_.execute(true);
        return statement_.get_affected_rows();
    }

    std::vector<Texts> rows(const std::vector<Parameter> &parameters) {
        hold(parameters);
        std::vector<Texts> all;
        statement_.execute();
        while (statement_.fetch()) {
            Texts &row = all.emplace_back();
            for (const Slot &slot : out_)
                row.push_back(slot.indicator == soci::i_null ? std::string() : slot.text);
        }
        return all;
    }

  private:
    void hold(const std::vector<Parameter> &parameters) {
        CORD_ASSERT(parameters.size() == in_.size());
        for (std::size_t i = 0; i < in_.size(); ++i)
            in_[i].hold(parameters[i]);
    }

    std::vector<Slot> in_;
    std::vector<Slot> out_;
    soci::statement statement_;
};

} // namespace

struct Session::Parts {
    std::string path;
    soci::session session;
    std::map<std::string, std::unique_ptr<Prepared>, std::less<>> prepared;
    File file;

    Result<std::monostate> within(const char *begin, const std::function<Result<std::monostate>()> &work);
    /// Runs `use` with the statement, made first if need be. A statement that failed is not used again.
    template <class T, class F>
    Result<T> with(std::string_view sql, const std::vector<Parameter> &parameters, std::size_t columns,
                   F &&use) {
        try {
            auto known = prepared.find(sql);
            if (known == prepared.end())
                known = prepared
                            .emplace(sql, std::make_unique<Prepared>(session, std::string(sql), parameters,
                                                                     columns))
                            .first;
            return use(*known->second);
        } catch (const std::exception &e) {
            if (auto failed = prepared.find(sql); failed != prepared.end())
                prepared.erase(failed);
            return tl::unexpected(failure_of(e, path));
        }
    }
};

Session::Session(Url url, std::unique_ptr<Parts> parts) : url_(std::move(url)), parts_(std::move(parts)) {}
Session::~Session() {
    parts_->prepared.clear(); // before the connection they belong to
}

Result<std::unique_ptr<Session>> Session::open(const Url &url) {
    if (!is_built_in(url.engine))
        return fail(Trouble::gone, "this build speaks to SQLite alone");
    struct stat info {};
    if (::stat(url.place.c_str(), &info) != 0) {
        if (errno == ENOENT)
            return fail(Trouble::gone,
                        fmt::format("there is no database at {}: sipdb create makes one", url.place));
        return fail(errno == EACCES ? Trouble::read_only : Trouble::gone,
                    fmt::format("{}: {}", url.place, std::strerror(errno)));
    }
    if (::access(url.place.c_str(), R_OK) != 0)
        return fail(errno == EACCES ? Trouble::read_only : Trouble::gone,
                    fmt::format("{}: {}", url.place, std::strerror(errno)));
    auto parts = std::make_unique<Parts>();
    parts->path = url.place;
    try {
        parts->session.open(
            soci::sqlite3, fmt::format("dbname=\"{}\" timeout={} synchronous=full", url.place, busy_seconds));
        parts->file = File::of(url.place);
        std::string mode;
        parts->session << "PRAGMA journal_mode", soci::into(mode);
        // WAL stays with the file; one that we may only read keeps what it has.
        if (mode != "wal" && ::access(url.place.c_str(), W_OK) == 0)
            parts->session << "PRAGMA journal_mode=WAL", soci::into(mode);
    } catch (const std::exception &e) {
        return tl::unexpected(failure_of(e, url.place));
    }
    return std::unique_ptr<Session>(new Session(url, std::move(parts)));
}

Result<std::int64_t> Session::change(std::string_view sql, std::vector<Parameter> parameters) {
    return parts_->with<std::int64_t>(sql, parameters, 0, [&](Prepared &p) { return p.change(parameters); });
}

Result<std::vector<Texts>> Session::rows(std::string_view sql, std::size_t columns,
                                         std::vector<Parameter> parameters) {
    return parts_->with<std::vector<Texts>>(sql, parameters, columns,
                                            [&](Prepared &p) { return p.rows(parameters); });
}

Result<std::monostate> Session::Parts::within(const char *begin,
                                              const std::function<Result<std::monostate>()> &work) {
    auto run = [&](const char *sql) -> Result<std::monostate> {
        try {
            session << sql;
            return std::monostate();
        } catch (const std::exception &e) {
            return tl::unexpected(failure_of(e, path));
        }
    };
    if (auto begun = run(begin); !begun)
        return begun;
    auto done = work();
    if (done)
        done = run("COMMIT");
    if (!done)
        (void)run("ROLLBACK"); // After some failures SQLite has done so already.
    return done;
}

Result<std::monostate> Session::transaction(const std::function<Result<std::monostate>()> &work) {
    // A transaction that begins by reading and then writes can lose against another; this one waits at its
    // start.
    return parts_->within("BEGIN IMMEDIATE", work);
}

Result<std::monostate> Session::snapshot(const std::function<Result<std::monostate>()> &work) {
    return parts_->within("BEGIN", work);
}

bool Session::still_there() const { return parts_->file == File::of(url_.place); }

} // namespace cord::io::db
