#include "io/cli/table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "base/utf8.hpp"
#include "io/cli/text_width.hpp"

namespace cord::io::cli {

namespace {

/// Tab, newline and backslash as in C, so that a cell is always one cell.
std::string escaped(std::string_view cell) {
    std::string out;
    for (char c : cell)
        switch (c) {
        case '\t': out += "\\t"; break;
        case '\n': out += "\\n"; break;
        case '\\': out += "\\\\"; break;
        default: out += c;
        }
    return out;
}

/// Of the terminal behind a stream; no limit when there is none.
std::size_t width_of(std::FILE *out) {
    winsize size{};
    const bool known = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : SIZE_MAX;
}

/// Narrows the widest columns until the row has room, but none so far that nothing is left to read.
void fit(std::vector<std::size_t> &widths, std::size_t room) {
    constexpr std::size_t readable = 8;
    const std::size_t gaps = 2 * (widths.size() - 1);
    while (std::accumulate(widths.begin(), widths.end(), gaps) > room) {
        auto widest = std::max_element(widths.begin(), widths.end());
        if (*widest <= readable)
            return;
        --*widest;
    }
}

std::string json_line(const std::vector<Column> &columns, const std::vector<std::string> &cells) {
    std::string out = "{";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        out += i == 0 ? "\"" : ",\"";
        out += columns[i].key + "\":";
        if (columns[i].kind != Column::Kind::text) {
            out += cells[i].empty() ? "null" : cells[i];
            continue;
        }
        out += base::json_string(cells[i]);
    }
    return out + "}\n";
}

} // namespace

Table::Form Table::form(bool json) {
    if (json)
        return Form::json;
    return isatty(STDOUT_FILENO) != 0 ? Form::terminal : Form::tabs;
}

void Table::row(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    if (form_ == Form::terminal) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            cells[i] = columns_[i].kind != Column::Kind::yes_no ? printable(cells[i])
                       : cells[i] == "true"                     ? "yes"
                       : cells[i] == "false"                    ? "no"
                                                                : ""; // unknown
        waiting_.push_back(std::move(cells));
        return;
    }
    std::string line;
    if (form_ == Form::json) {
        line = json_line(columns_, cells);
    } else {
        for (std::size_t i = 0; i < cells.size(); ++i)
            line += (i == 0 ? "" : "\t") + escaped(cells[i]);
        line += '\n';
    }
    std::fwrite(line.data(), 1, line.size(), out_);
}

void Table::aligned(const std::vector<std::string> &cells, const std::vector<std::size_t> &widths) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::size_t pad = widths[i] - std::min(widths[i], display_width(cells[i]));
        const bool right = columns_[i].kind == Column::Kind::number;
        if (right)
            line.append(pad, ' ');
        line += cut_to_width(cells[i], widths[i]);
        if (i + 1 < cells.size())
            line.append((right ? 0 : pad) + 2, ' ');
    }
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), out_);
}

void Table::finish() {
    if (waiting_.empty())
        return;
    std::vector<std::string> heading;
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::string name = columns_[i].key;
        for (char &c : name)
            c = c == '_' ? ' ' : base::is_alpha(c) ? static_cast<char>(base::lower(c) - 32) : c;
        widths.push_back(name.size());
        for (const auto &cells : waiting_)
            widths[i] = std::max(widths[i], display_width(cells[i]));
        heading.push_back(std::move(name));
    }
    fit(widths, width_of(out_));
    aligned(heading, widths);
    for (const auto &cells : waiting_)
        aligned(cells, widths);
    waiting_.clear();
}

} // namespace cord::io::cli
