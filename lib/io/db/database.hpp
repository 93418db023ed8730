// The database: subscribers, domains, aliases and bindings in Kamailio's tables, and our own beside them. All
// calls block; a daemon uses DatabaseThread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "engine/locate/row.hpp"
#include "io/db/accounting.hpp"
#include "io/db/address.hpp"
#include "io/db/directory.hpp"
#include "io/db/failure.hpp"
#include "io/db/trunk.hpp"
#include "io/db/url.hpp"
#include "io/db/user.hpp"

namespace cord::io::db {

class Session;

/// One row of `location` to write, or to delete by its ruid.
struct RowChange {
    bool removed = false;
    engine::locate::Row row;
};

/// A table that `version` names, and what is in it.
struct TableStatus {
    std::string name;
    std::int64_t version = 0; ///< 0 when there is no such table.
    std::int64_t wanted = 0;  ///< What this program is made for.
    std::int64_t rows = 0;
};

class Database {
  public:
    /// Opens what is there; SQLite as WAL with synchronous=FULL, so that what is committed is on disk.
    [[nodiscard]] static Result<Database> open(const Url &url);
    /// Makes the database and all its tables, in one transaction. With `if_not_exists` tables that are there
    /// stay as they are; without it, any is a failure. Gives the number of tables made.
    [[nodiscard]] static Result<std::size_t> create(const Url &url, bool if_not_exists);

    ~Database();
    Database(Database &&) noexcept;
    Database &operator=(Database &&) noexcept;

    [[nodiscard]] Result<std::vector<TableStatus>> status();
    /// Whether the file or server is still the one that was opened: writes to a deleted file go nowhere.
    [[nodiscard]] bool still_there() const;

    // Subscribers. Domains are given in lower case.
    /// False when the user is there already; nothing is changed then.
    [[nodiscard]] Result<bool> add_user(const User &user, const std::string &password);
    /// False when there is no such user. What else there is of the user goes, too.
    [[nodiscard]] Result<bool> remove_user(const std::string &name, const std::string &domain);
    [[nodiscard]] Result<bool> set_password(const std::string &name, const std::string &domain,
                                            const std::string &password);
    [[nodiscard]] Result<std::optional<User>> user(const std::string &name, const std::string &domain,
                                                   base::UnixTime now);
    /// All, ordered by domain and name; with a pattern (* and ? as in file names), those whose `name@domain`,
    /// or name alone, matches.
    [[nodiscard]] Result<std::vector<User>> users(const std::string &pattern, base::UnixTime now);
    /// Nothing for an unknown user. Understands Kamailio's rows with a password in plain text, and with a
    /// SHA-256 in the column for MD5.
    [[nodiscard]] Result<std::optional<Ha1s>> ha1s(const std::string &name, const std::string &domain);
    /// Runs what only reads on one state of the database, at the cost of one reading.
    [[nodiscard]] Result<std::monostate> snapshot(const std::function<Result<std::monostate>()> &work);
    /// A number that differs from that of before once another connection has changed anything.
    [[nodiscard]] Result<std::int64_t> changes_by_others();

    /// The domains of the table `domain` and those that subscribers have, in order.
    [[nodiscard]] Result<std::vector<std::string>> domains();

    // Names that lead to others. What is added is false when it is there already.
    /// The first of several of one name counts.
    [[nodiscard]] Result<std::vector<Alias>> aliases();
    [[nodiscard]] Result<bool> add_alias(const Alias &alias);
    [[nodiscard]] Result<bool> remove_alias(const std::string &name, const std::string &domain);
    [[nodiscard]] Result<std::vector<SpeedDial>> speed_dials();
    [[nodiscard]] Result<bool> add_speed_dial(const SpeedDial &dial);
    /// By its owner and number.
    [[nodiscard]] Result<bool> remove_speed_dial(const SpeedDial &dial);

    // Groups of users. What is added is false when it is there already.
    [[nodiscard]] Result<std::vector<Member>> members();
    [[nodiscard]] Result<bool> add_member(const Member &member);
    [[nodiscard]] Result<bool> remove_member(const Member &member);

    // Trusted addresses.
    /// Of all groups, in their order.
    [[nodiscard]] Result<std::vector<Address>> addresses();
    /// False when it is there already.
    [[nodiscard]] Result<bool> add_address(const Address &address);
    /// False when there is no such row; the tag does not matter.
    [[nodiscard]] Result<bool> remove_address(const Address &address);

    // Trunks, and the rules that lead to them. What is added is false when it is there already.
    [[nodiscard]] Result<std::vector<Trunk>> trunks();
    [[nodiscard]] Result<bool> add_trunk(const Trunk &trunk);
    [[nodiscard]] Result<bool> remove_trunk(const std::string &name);
    [[nodiscard]] Result<std::vector<Rule>> rules();
    /// One of its prefix and trunk.
    [[nodiscard]] Result<bool> add_rule(const Rule &rule);
    [[nodiscard]] Result<bool> remove_rule(const std::string &prefix, const std::string &trunk);

    // Bindings.
    /// All that have not expired.
    [[nodiscard]] Result<std::vector<engine::locate::Row>> bindings(base::UnixTime now);
    /// Writes all of them in one transaction: when this returns well they are durable, else none is there.
    [[nodiscard]] Result<std::monostate> store(std::span<const RowChange> changes);

    /// Adds rows to acc and missed_calls, in one transaction.
    [[nodiscard]] Result<std::monostate> account(std::span<const AccountRow> rows);

  private:
    explicit Database(std::unique_ptr<Session> session);
    [[nodiscard]] Result<std::monostate> keep_profile(const User &user, const Ha1s &ha1s);
    std::unique_ptr<Session> session_;
    bool has_profiles_ = false; ///< cord_subscriber was seen: Kamailio's own databases lack it.
};

} // namespace cord::io::db
