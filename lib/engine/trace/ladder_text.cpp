#include "engine/trace/ladder_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/trace/printable.hpp"

namespace cord::engine::trace {
namespace {

constexpr std::size_t gutter_width = 19; // "  12.345  +0.012  "
constexpr std::size_t least_pitch = 18;
constexpr std::size_t most_pitch = 44;
// Room that the first name needs to the left of its lifeline, and the last to the right.
constexpr std::size_t margin = 8;

namespace colour {
constexpr const char *none = "";
constexpr const char *bold = "\x1b[1m";
constexpr const char *dim = "\x1b[2m";
constexpr const char *reset = "\x1b[0m";
} // namespace colour

const char *colour_of(const LadderRow &row) {
    if (row.repeat != Repeat::no)
        return colour::dim;
    switch (row.tone) {
    case Tone::request: return "\x1b[1;36m";
    case Tone::provisional: return "\x1b[37m";
    case Tone::success: return "\x1b[32m";
    case Tone::redirection: return "\x1b[33m";
    case Tone::failure: return "\x1b[31m";
    case Tone::media: break;
    }
    return "\x1b[35m";
}

std::string full_label(const LadderRow &row) {
    return row.note.empty() ? row.label : row.label + ' ' + row.note;
}

std::string seconds(std::chrono::nanoseconds d, const char *format) {
    return fmt::format(fmt::runtime(format), std::chrono::duration<double>(d).count());
}

} // namespace

// One column of the terminal.
struct TextPainter::Cell {
    std::string_view text = " ";
    const char *colour = colour::none;
};

std::size_t TextPainter::pitch(const TextStyle &style, std::size_t columns, std::size_t wanted) {
    const std::size_t gaps = std::max<std::size_t>(columns, 2) - 1;
    std::size_t room = most_pitch;
    if (style.width > gutter_width + 2 * margin)
        room = std::min(room, (style.width - gutter_width - 2 * margin) / gaps);
    return std::max(least_pitch, std::min(room, wanted));
}

std::size_t TextPainter::most_columns(const TextStyle &style) {
    if (style.width == 0)
        return SIZE_MAX;
    const std::size_t fixed = gutter_width + 2 * margin;
    return std::max<std::size_t>(2, (std::max(style.width, fixed) - fixed) / least_pitch + 1);
}

std::size_t TextPainter::x(std::size_t column) const { return margin + column * pitch_; }

TextPainter::Line TextPainter::lifelines() const {
    Line line(x(columns_ - 1) + margin + 1);
    for (std::size_t i = 0; i < columns_; ++i)
        line[x(i)] = {"│", colour::dim};
    return line;
}

// Each character of UTF-8 into a cell of its own. The texts live until the line is finished.
void TextPainter::put(Line &line, std::size_t at, std::string_view text, const char *colour) const {
    while (!text.empty()) {
        std::size_t n = 1;
        while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80)
            ++n;
        if (at >= line.size())
            line.resize(at + 1);
        line[at++] = {text.substr(0, n), colour};
        text.remove_prefix(n);
    }
}

void TextPainter::finish(std::string &out, std::string_view gutter, const Line &line) const {
    std::string text(gutter);
    const char *now = colour::none;
    std::size_t end = line.size();
    while (end > 0 && line[end - 1].text == " ")
        --end;
    const std::size_t most =
        style_.width == 0 ? SIZE_MAX : style_.width - std::min(style_.width, width_of(gutter));
    for (std::size_t i = 0; i < std::min(end, most); ++i) {
        if (style_.colour && line[i].colour != now) {
            text += now == colour::none ? "" : colour::reset;
            text += line[i].colour;
            now = line[i].colour;
        }
        text += line[i].text;
    }
    if (now != colour::none)
        text += colour::reset;
    while (text.ends_with(' '))
        text.pop_back();
    out += text + '\n';
}

void TextPainter::names(std::string &out, const std::vector<std::string> &labels) const {
    Line line;
    std::vector<std::string> texts;
    for (const std::string &label : labels)
        texts.push_back(fitted(label, pitch_ - 2));
    for (std::size_t i = 0; i < texts.size(); ++i)
        put(line, gutter_width + x(i) - width_of(texts[i]) / 2, texts[i], colour::bold);
    finish(out, "", line);
}

void TextPainter::arrow(Line &line, const LadderRow &row) const {
    const char *colour = colour_of(row);
    const std::size_t left = x(std::min(row.from, row.to));
    const std::size_t right = x(std::max(row.from, row.to));
    const bool rightward = row.to > row.from;
    const char *shaft = row.tone == Tone::media ? "═" : row.repeat != Repeat::no ? "╌" : "─";
    for (std::size_t i = left + 1; i < right; ++i)
        line[i] = {shaft, colour};
    line[rightward ? right - 1 : left + 1] = {rightward ? "▶" : "◀", colour};
}

void TextPainter::row(std::string &out, const LadderRow &row, std::string_view gutter) const {
    Line line = lifelines();
    const std::size_t left = x(std::min(row.from, row.to));
    const std::size_t right = x(std::max(row.from, row.to));
    std::string label = full_label(row);
    if (left == right) { // to itself
        label = "↺ " + label;
        put(line, left + 2, label, colour_of(row));
    } else {
        arrow(line, row);
        const std::size_t room = right - left - 1;
        label = ' ' + fitted(label, room - 6) + ' ';
        put(line, left + 1 + (room - width_of(label)) / 2, label, colour_of(row));
    }
    finish(out, gutter, line);
    for (const std::string &detail : row.details) {
        Line under = lifelines();
        put(under, left + 2, detail, colour::dim);
        finish(out, std::string(gutter_width, ' '), under);
    }
}

std::string ladder_text(const Ladder &ladder, const TextStyle &style) {
    std::string out;
    const auto heading = [&](const std::string &text, const char *colour) {
        const std::string cut = style.width == 0 ? text : fitted(text, style.width);
        out += style.colour ? colour + cut + colour::reset : cut;
        out += '\n';
    };
    heading(ladder.title, colour::bold);
    heading(ladder.name + ", " + ladder.state + ", " + ladder.facts, colour::dim);
    out += '\n';
    std::size_t wanted = least_pitch;
    std::vector<std::string> names;
    std::vector<std::string> agents;
    for (const LadderColumn &c : ladder.columns) {
        names.push_back(c.label);
        agents.push_back(c.agent);
        wanted = std::max(wanted, width_of(c.label) + 3);
    }
    for (const LadderRow &row : ladder.rows) {
        const std::size_t span = std::max(row.from, row.to) - std::min(row.from, row.to);
        if (span > 0)
            wanted = std::max(wanted, (width_of(full_label(row)) + 8) / span);
    }
    const TextPainter painter(style, names.size(), TextPainter::pitch(style, names.size(), wanted));
    painter.names(out, names);
    if (std::any_of(agents.begin(), agents.end(), [](const std::string &a) { return !a.empty(); }))
        painter.names(out, agents);
    Stamp before = ladder.rows.empty() ? Stamp{} : ladder.rows.front().at;
    const Stamp start = before;
    for (const LadderRow &row : ladder.rows) {
        const std::string times = fmt::format("{:>8} {:>8}  ", seconds(row.at - start, "{:.3f}"),
                                              seconds(row.at - before, "+{:.3f}"));
        painter.row(out, row, times);
        before = row.at;
    }
    return out;
}

} // namespace cord::engine::trace
