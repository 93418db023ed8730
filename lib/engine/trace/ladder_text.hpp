// Ladders as text: box-drawing characters, as wide as the terminal, coloured when asked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/trace/ladder.hpp"

namespace cord::engine::trace {

struct TextStyle {
    std::size_t width = 0; ///< Columns of the terminal; 0 for as wide as it takes.
    bool colour = false;
};

/// Draws lines; what is on them is the caller's.
class TextPainter {
  public:
    /// `column_width` from one lifeline to the next.
    TextPainter(TextStyle style, std::size_t columns, std::size_t column_width)
        : style_(style), columns_(columns), pitch_(column_width) {}

    /// The widest that `columns` may stand in the style's width, between what is legible and what is wanted.
    [[nodiscard]] static std::size_t pitch(const TextStyle &style, std::size_t columns, std::size_t wanted);
    /// How many columns have room in the style's width.
    [[nodiscard]] static std::size_t most_columns(const TextStyle &style);

    /// Names above their lifelines.
    void names(std::string &out, const std::vector<std::string> &labels) const;
    /// The row's arrow, `gutter` (times, say) to its left, and the lines of its details.
    void row(std::string &out, const LadderRow &row, std::string_view gutter) const;

  private:
    struct Cell;
    using Line = std::vector<Cell>;

    [[nodiscard]] std::size_t x(std::size_t column) const;
    [[nodiscard]] Line lifelines() const;
    void put(Line &line, std::size_t at, std::string_view text, const char *colour) const;
    void arrow(Line &line, const LadderRow &row) const;
    void finish(std::string &out, std::string_view gutter, const Line &line) const;

    TextStyle style_;
    std::size_t columns_;
    std::size_t pitch_;
};

[[nodiscard]] std::string ladder_text(const Ladder &ladder, const TextStyle &style);

} // namespace cord::engine::trace
