// The database on a thread of its own: the caller's loop never waits for a disk, and registrations that come
// while one commit is under way share the next.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/locate/binding.hpp"
#include "io/db/database.hpp"

namespace cord::io::db {

class DatabaseThread {
  public:
    /// Runs a function on the caller's loop: `[&loop](auto f) { loop.post(std::move(f)); }`. It is called
    /// from the database's thread.
    using Post = std::function<void(std::function<void()>)>;
    using Stored = std::function<void(bool ok)>;
    /// What is known of a user; `version` is another once any other program has changed the database.
    using FoundUser = std::function<void(const Result<std::optional<Ha1s>> &ha1s, std::uint64_t version)>;

    struct Counts {
        std::uint64_t commits = 0;  ///< Transactions that stored bindings.
        std::uint64_t changes = 0;  ///< Rows in them.
        std::uint64_t failures = 0; ///< Transactions and lookups that failed.
        std::uint64_t accounts = 0,
                      accounts_lost = 0; ///< Rows of accounting that were written, and that were not.
    };

    /// Opens the database on its thread; if it is not there, every call fails until it is. Each change
    /// between well and not is one log line.
    DatabaseThread(Url url, Post post);
    /// Does what was asked for before, then ends. Completions may still be posted while it does.
    ~DatabaseThread();
    DatabaseThread(const DatabaseThread &) = delete;
    DatabaseThread &operator=(const DatabaseThread &) = delete;

    /// `stored(true)` is posted when the changes are durable; `stored(false)` when none of them is. Without a
    /// `stored` nobody waits: changes are then written within a second, and those that fail are kept and
    /// tried again with the next.
    void store(std::vector<engine::locate::Change> changes, Stored stored);
    /// Nobody waits for these: they are written once a second, behind what somebody waits for. Those that
    /// fail are kept, the newest of them, and tried again.
    void account(AccountRow row);
    void look_user(std::string name, std::string domain, FoundUser found);
    /// Any other use, such as loading the bindings at start. `database` is null while it cannot be opened.
    void run(std::function<void(Database *database)> job);

    [[nodiscard]] Counts counts() const;
    /// The mailbox is full: nothing more that somebody waits for is taken, and store and look_user answer
    /// with a failure at once.
    static constexpr std::size_t mailbox_limit = 10'000;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::io::db
