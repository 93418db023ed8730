#include "engine/trace/ladder_svg.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/trace/printable.hpp"

namespace cord::engine::trace {
namespace {

// Everything is measured in pixels at the size the picture is drawn for.
constexpr double padding = 28;
constexpr double gutter = 92; // times, left of the first column
constexpr double head_top = 96;
constexpr double head_height = 46;
constexpr double first_row = head_top + head_height + 18;
constexpr double row_height = 42;
constexpr double band_height = 24;
constexpr double detail_height = 15;
constexpr double least_width = 640; // the heading's
constexpr double least_pitch = 210;
constexpr double most_pitch = 420;
// Widths of a character, about: no font is at hand to ask.
constexpr double label_char = 7.4;
constexpr double small_char = 6.7;

// Without custom properties, which not every renderer knows.
constexpr std::string_view style = R"(<style>
.page{fill:#fff}
text{font:500 13px system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;fill:#1f2937}
.title{font-size:19px;font-weight:650}
.fact{font-size:12.5px;font-weight:400;fill:#6b7280}
.pill{font-size:12px;font-weight:600}
.mono,.time,.delta{font-family:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.name{font-size:12.5px;font-weight:600}
.agent{font-size:11px;font-weight:400;fill:#6b7280}
.time{font-size:11.5px;font-weight:400;fill:#4b5563}
.delta{font-size:10px;font-weight:400;fill:#9ca3af}
.note{font-size:11px;font-weight:400;fill:#6b7280}
.detail{font-size:11px;font-weight:400;fill:#6b7280}
.halo{paint-order:stroke;stroke:#fff;stroke-width:5px;stroke-linejoin:round}
.box{fill:#f9fafb;stroke:#d1d5db}
.life{stroke:#d1d5db;stroke-width:1.5}
.shaft{fill:none;stroke-width:1.8}
.request .shaft,.request .band{stroke:#2563eb}.request .tip{fill:#2563eb}.request .label{fill:#1d4ed8}
.provisional .shaft{stroke:#9ca3af}.provisional .tip{fill:#9ca3af}.provisional .label,.provisional .pill{fill:#6b7280}
.success .shaft{stroke:#16a34a}.success .tip{fill:#16a34a}.success .label,.success .pill{fill:#15803d}
.redirection .shaft{stroke:#d97706}.redirection .tip{fill:#d97706}.redirection .label,.redirection .pill{fill:#b45309}
.failure .shaft{stroke:#dc2626}.failure .tip{fill:#dc2626}.failure .label,.failure .pill{fill:#b91c1c}
.media .band{fill:#f3e8ff;stroke:#c084fc}.media .tip{fill:#a855f7}.media .label{fill:#7e22ce}
.pillbox{fill:#f3f4f6}.success .pillbox{fill:#dcfce7}.redirection .pillbox{fill:#fef3c7}.failure .pillbox{fill:#fee2e2}
.again .shaft{stroke-dasharray:5 4}.again{opacity:.6}
@media (prefers-color-scheme:dark){
.page{fill:#0d1117}text{fill:#e6edf3}.fact,.agent,.note,.detail{fill:#8b949e}.time{fill:#b1bac4}.delta{fill:#6e7681}
.halo{stroke:#0d1117}.box{fill:#161b22;stroke:#30363d}.life{stroke:#30363d}
.request .shaft{stroke:#58a6ff}.request .tip{fill:#58a6ff}.request .label{fill:#79c0ff}
.provisional .shaft{stroke:#6e7681}.provisional .tip{fill:#6e7681}.provisional .label,.provisional .pill{fill:#8b949e}
.success .shaft{stroke:#3fb950}.success .tip{fill:#3fb950}.success .label,.success .pill{fill:#56d364}
.redirection .shaft{stroke:#d29922}.redirection .tip{fill:#d29922}.redirection .label,.redirection .pill{fill:#e3b341}
.failure .shaft{stroke:#f85149}.failure .tip{fill:#f85149}.failure .label,.failure .pill{fill:#ff7b72}
.media .band{fill:#271a3d;stroke:#8957e5}.media .tip{fill:#a371f7}.media .label{fill:#d2a8ff}
.pillbox{fill:#21262d}.success .pillbox{fill:#12361f}.redirection .pillbox{fill:#3b2e0e}.failure .pillbox{fill:#451b1d}
}
</style>
)";

std::string escaped(std::string_view s) {
    std::string out;
    for (const char c : s) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        default: out += c;
        }
    }
    return out;
}

std::string_view class_of(Tone tone) {
    constexpr std::string_view names[] = {"request",     "provisional", "success",
                                          "redirection", "failure",     "media"};
    return names[static_cast<std::size_t>(tone)];
}

std::string fitted_px(std::string_view s, double room, double per_char) {
    return fitted(s, static_cast<std::size_t>(std::max(0.0, room / per_char)));
}

double label_width(const LadderRow &row) {
    return static_cast<double>(width_of(row.label)) * label_char +
           (row.note.empty() ? 0 : static_cast<double>(width_of(row.note)) * small_char + 8);
}

// What an arrow must be long to hold what stands at it.
double needed_width(const LadderRow &row) {
    double width = label_width(row) + 56;
    for (const std::string &detail : row.details)
        width = std::max(width, static_cast<double>(width_of(detail)) * small_char + 24);
    return width;
}

// How long after the row before: a number to feel, not to compute with.
std::string delta_text(std::chrono::nanoseconds d) {
    const double s = std::chrono::duration<double>(d).count();
    if (s < 1)
        return fmt::format("+{:.0f} ms", s * 1000);
    return s < 100 ? fmt::format("+{:.2f} s", s) : fmt::format("+{:.0f} s", s);
}

class Picture {
  public:
    explicit Picture(const Ladder &ladder) : ladder_(ladder), pitch_(pitch_of(ladder)) {
        const double columns = static_cast<double>(std::max<std::size_t>(ladder.columns.size(), 1));
        width_ = std::max(x(0) + (columns - 1) * pitch_ + pitch_ / 2 + padding, least_width);
    }

    std::string draw() {
        for (const LadderRow &row : ladder_.rows)
            draw_row(row);
        const double bottom = y_ + 14;
        const double height = bottom + padding;
        std::string out =
            fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
                        "viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\">\n<title>{2}</title>\n",
                        width_, height, escaped(ladder_.title + ", " + ladder_.name + ", " + ladder_.state));
        out += style;
        out += fmt::format("<rect class=\"page\" width=\"{:.0f}\" height=\"{:.0f}\" rx=\"10\"/>\n", width_,
                           height);
        out += heading() + columns(bottom) + rows_;
        return out + "</svg>\n";
    }

  private:
    // Wide enough for each name, and for what stands at an arrow between the columns that it spans.
    static double pitch_of(const Ladder &ladder) {
        double pitch = least_pitch;
        for (const LadderColumn &c : ladder.columns)
            pitch = std::max(pitch, static_cast<double>(width_of(c.label)) * 7.8 + 44);
        for (const LadderRow &row : ladder.rows) {
            const auto span = static_cast<double>(row.to > row.from ? row.to - row.from : row.from - row.to);
            if (span > 0)
                pitch = std::max(pitch, needed_width(row) / span);
        }
        return std::min(pitch, most_pitch);
    }

    [[nodiscard]] double x(std::size_t column) const {
        return padding + gutter + pitch_ / 2 + static_cast<double>(column) * pitch_;
    }

    [[nodiscard]] std::string heading() const {
        const double pill = static_cast<double>(width_of(ladder_.state)) * 6.9 + 20;
        const double name = static_cast<double>(width_of(ladder_.name)) * 7.2 + 12;
        std::string out = fmt::format("<text class=\"title\" x=\"{}\" y=\"44\">{}</text>\n", padding,
                                      escaped(fitted_px(ladder_.title, width_ - 2 * padding, 10.2)));
        out +=
            fmt::format("<text class=\"fact\" x=\"{}\" y=\"71\">{}</text>\n", padding, escaped(ladder_.name));
        out += fmt::format(
            "<g class=\"{}\"><rect class=\"pillbox\" x=\"{:.1f}\" y=\"56\" width=\"{:.1f}\" height=\"21\" "
            "rx=\"10.5\"/><text class=\"pill\" x=\"{:.1f}\" y=\"71\" text-anchor=\"middle\">{}</text></g>\n",
            class_of(ladder_.state_tone), padding + name, pill, padding + name + pill / 2,
            escaped(ladder_.state));
        out +=
            fmt::format("<text class=\"fact\" x=\"{:.1f}\" y=\"71\">{}</text>\n", padding + name + pill + 12,
                        escaped(fitted_px(ladder_.facts, width_ - 2 * padding - name - pill - 12, 6.4)));
        return out;
    }

    [[nodiscard]] std::string columns(double bottom) const {
        std::string out;
        for (std::size_t i = 0; i < ladder_.columns.size(); ++i) {
            const LadderColumn &c = ladder_.columns[i];
            const double width = pitch_ - 28;
            out += fmt::format(
                "<line class=\"life\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2:.1f}\"/>\n", x(i),
                head_top + head_height, bottom);
            out += fmt::format(
                "<rect class=\"box\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" rx=\"9\"/>\n",
                x(i) - width / 2, head_top, width, head_height);
            out += text("name mono", x(i), head_top + (c.agent.empty() ? 28 : 20),
                        fitted_px(c.label, width - 12, 7.6));
            if (!c.agent.empty())
                out += text("agent", x(i), head_top + 36, fitted_px(c.agent, width - 12, 6.0));
        }
        return out;
    }

    static std::string text(std::string_view classes, double x, double y, std::string_view s) {
        return fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                           classes, x, y, escaped(s));
    }

    void draw_row(const LadderRow &row) {
        const bool media = row.tone == Tone::media;
        y_ += row_height;
        const double middle = y_ - 4;
        rows_ += fmt::format("<g class=\"{}{}\">\n<title>{}</title>\n", class_of(row.tone),
                             row.repeat == Repeat::no ? "" : " again", escaped(row.tip));
        times(row, middle);
        if (row.from == row.to)
            own(row, middle);
        else if (media)
            band(row, middle);
        else
            arrow(row, middle);
        const double left = x(std::min(row.from, row.to)) + 10;
        double under = middle + (media ? band_height / 2 + 2 : 4);
        for (const std::string &detail : row.details) {
            under += detail_height;
            rows_ += fmt::format("<text class=\"detail mono halo\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                                 left, under - 1, escaped(fitted_px(detail, width_ - left - 8, small_char)));
        }
        y_ = std::max(y_, under - 2);
        rows_ += "</g>\n";
        before_ = row.at;
    }

    void times(const LadderRow &row, double y) {
        const double right = padding + gutter - 22;
        const auto since = std::chrono::duration<double>(row.at - ladder_.rows.front().at).count();
        rows_ +=
            fmt::format("<text class=\"time\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{:.3f}</text>\n",
                        right, y + 1, since);
        if (&row != &ladder_.rows.front())
            rows_ +=
                fmt::format("<text class=\"delta\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                            right, y + 14, delta_text(row.at - before_));
    }

    void arrow(const LadderRow &row, double y) {
        const double direction = row.to > row.from ? 1 : -1;
        const double from = x(row.from) + direction * 2;
        const double to = x(row.to) - direction * 2;
        const double room = std::abs(to - from) - 24;
        const std::string note =
            row.note.empty() ? ""
                             : fmt::format("<tspan class=\"note\" dx=\"8\">{}</tspan>", escaped(row.note));
        const double note_width = label_width(row) - static_cast<double>(width_of(row.label)) * label_char;
        rows_ += fmt::format(
            "<text class=\"label halo\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}{}</text>\n",
            (from + to) / 2, y - 8, escaped(fitted_px(row.label, room - note_width, label_char)), note);
        rows_ +=
            fmt::format("<line class=\"shaft\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>\n",
                        from, to - direction * 8, y, y);
        point(to, y, direction, 5);
    }

    void point(double at, double y, double direction, double half) {
        rows_ += fmt::format("<path class=\"tip\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z\"/>\n", at,
                             y, at - direction * 2 * half, y - half, at - direction * 2 * half, y + half);
    }

    // Media flow for long, so they are drawn broad.
    void band(const LadderRow &row, double y) {
        const double left = x(std::min(row.from, row.to)) + 4;
        const double right = x(std::max(row.from, row.to)) - 4;
        const double direction = row.to > row.from ? 1 : -1;
        rows_ += fmt::format(
            "<rect class=\"band\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"6\"/>\n",
            left, y - band_height / 2, right - left, band_height);
        point(direction > 0 ? right - 7 : left + 7, y, direction, 5);
        rows_ +=
            text("label", (left + right) / 2, y + 4.5, fitted_px(row.label, right - left - 44, label_char));
    }

    // A host to itself.
    void own(const LadderRow &row, double y) {
        const double at = x(row.from);
        rows_ += fmt::format("<path class=\"shaft\" d=\"M{0:.1f} {1:.1f}h26v12h-18\"/>\n", at + 2, y - 6);
        point(at + 2, y + 6, -1, 5);
        rows_ += fmt::format("<text class=\"label halo\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", at + 36,
                             y + 4, escaped(row.label));
    }

    const Ladder &ladder_;
    double pitch_;
    double width_ = 0;
    double y_ = first_row - 14;
    Stamp before_{};
    std::string rows_;
};

} // namespace

std::string ladder_svg(const Ladder &ladder) { return Picture(ladder).draw(); }

} // namespace cord::engine::trace
