// Rows for people and for programs: aligned and headed on a terminal, tab-separated elsewhere, or a JSON
// object a line.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

namespace cord::io::cli {

struct Column {
    enum class Kind { text, number, yes_no };
    std::string key; ///< The JSON key; in capitals the heading.
    Kind kind = Kind::text;
};

class Table {
  public:
    enum class Form { terminal, tabs, json };

    /// The form for stdout as it is now.
    [[nodiscard]] static Form form(bool json);

    Table(std::vector<Column> columns, Form form, std::FILE *out = stdout)
        : columns_(std::move(columns)), form_(form), out_(out) {}
    ~Table() { finish(); }
    Table(const Table &) = delete;
    Table &operator=(const Table &) = delete;

    /// One cell a column; numbers as digits, yes_no as "true" or "false". Written at once, except on a
    /// terminal, where the widths are known at `finish` and the widest columns are cut to fit.
    void row(std::vector<std::string> cells);
    void finish();

  private:
    void aligned(const std::vector<std::string> &cells, const std::vector<std::size_t> &widths);

    std::vector<Column> columns_;
    Form form_;
    std::FILE *out_;
    std::vector<std::vector<std::string>> waiting_;
};

} // namespace cord::io::cli
