// One connection by SOCI, which no header names: statements with bound parameters alone, failures as values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "io/db/failure.hpp"
#include "io/db/url.hpp"

namespace cord::io::db {

using Parameter = std::variant<std::monostate, std::string, std::string_view, std::int64_t, double>;
/// A row's values as text; NULL is an empty one.
using Texts = std::vector<std::string>;

class Session {
  public:
    [[nodiscard]] static Result<std::unique_ptr<Session>> open(const Url &url);
    ~Session();
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    /// `sql` names its parameters :a, :b, … in the order of `parameters`. Statements are prepared once. The
    /// number of rows changed.
    [[nodiscard]] Result<std::int64_t> change(std::string_view sql, std::vector<Parameter> parameters = {});
    /// All rows of a query that has this many columns.
    [[nodiscard]] Result<std::vector<Texts>> rows(std::string_view sql, std::size_t columns,
                                                  std::vector<Parameter> parameters = {});

    /// Runs `work` in a transaction that is for writing from its start; commits when it returns well.
    [[nodiscard]] Result<std::monostate> transaction(const std::function<Result<std::monostate>()> &work);

    /// Runs `work`, which only reads, on one state of the database: locks are taken once for all of it.
    [[nodiscard]] Result<std::monostate> snapshot(const std::function<Result<std::monostate>()> &work);

    [[nodiscard]] const Url &url() const { return url_; }
    /// See Database::still_there.
    [[nodiscard]] bool still_there() const;

  private:
    struct Parts;
    Session(Url url, std::unique_ptr<Parts> parts);
    Url url_;
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::io::db
