#include "io/cli/table.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/text.hpp"

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

/// A terminal must not obey what a peer wrote into a header.
std::string printable(std::string_view cell) {
    std::string out;
    for (char c : cell)
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return out;
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
        out += '"';
        base::append_json_escaped(out, cells[i]);
        out += '"';
    }
    return out + "}\n";
}

} // namespace

std::size_t display_width(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

Table::Form Table::form(bool json) {
    if (json)
        return Form::json;
    return isatty(STDOUT_FILENO) != 0 ? Form::terminal : Form::tabs;
}

void Table::row(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    if (form_ == Form::terminal) {
        for (std::string &cell : cells)
            cell = printable(cell);
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
        line += cells[i];
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
    aligned(heading, widths);
    for (const auto &cells : waiting_)
        aligned(cells, widths);
    waiting_.clear();
}

} // namespace cord::io::cli
