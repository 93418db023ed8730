#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "engine/trace/printable.hpp"
#include "engine/trace/times.hpp"
#include "io/cli/table.hpp"
#include "query.hpp"
#include "text.hpp"
#include "trace.hpp"

namespace cord::siptrace {
namespace {

using engine::trace::Call;
using engine::trace::fitted;
using engine::trace::printable;
using io::cli::Column;
using Form = io::cli::Table::Form;

struct Options {
    Query query;
    bool json = false;
};

// Everything, for programs.
const std::vector<Column> all_columns = {{"n", Column::Kind::number},
                                         {"call_id"},
                                         {"from"},
                                         {"to"},
                                         {"method"},
                                         {"state"},
                                         {"code", Column::Kind::number},
                                         {"start", Column::Kind::number},
                                         {"setup_ms", Column::Kind::number},
                                         {"duration", Column::Kind::number},
                                         {"messages", Column::Kind::number},
                                         {"legs", Column::Kind::number}};

std::vector<std::string> all_cells(std::size_t n, const Call &c) {
    return {std::to_string(n),
            printable(c.call_id()),
            printable(c.from()),
            printable(c.to()),
            printable(c.method()),
            std::string(c.state()),
            c.code() == 0 ? "" : std::to_string(c.code()),
            engine::trace::unix_text(c.start()),
            milliseconds(c.setup()),
            seconds(c.duration()),
            std::to_string(c.messages().size() + c.dropped()),
            std::to_string(c.legs())};
}

// What fits on a terminal, for people.
const std::vector<Column> terminal_columns = {{"n", Column::Kind::number},
                                              {"time"},
                                              {"from"},
                                              {"to"},
                                              {"method"},
                                              {"state"},
                                              {"code", Column::Kind::number},
                                              {"duration", Column::Kind::number},
                                              {"messages", Column::Kind::number}};

std::vector<std::string> terminal_cells(std::size_t n, const Call &c, std::size_t name_width) {
    return {std::to_string(n),
            engine::trace::clock_text(c.start()),
            fitted(printable(c.from()), name_width),
            fitted(printable(c.to()), name_width),
            fitted(printable(c.method()), 10),
            std::string(c.state()),
            c.code() == 0 ? "" : std::to_string(c.code()),
            seconds(c.duration()),
            std::to_string(c.messages().size() + c.dropped())};
}

int run(const io::cli::App &app, Options &o) {
    if (const int wrong = o.query.understand(app); wrong != 0)
        return wrong;
    Trace trace(o.query.key_log, o.query.memory_bytes());
    const int code = read_all(o.query.in, trace);
    const Form form = io::cli::Table::form(o.json);
    const bool terminal = form == Form::terminal;
    // The other columns take 70; the two names share the rest.
    const std::size_t name_width = std::max<std::size_t>(terminal_width(), 94) / 2 - 35;
    io::cli::Table table(terminal ? terminal_columns : all_columns, form);
    const auto chosen = o.query.choose(trace.calls);
    for (const auto &[n, call] : chosen)
        table.row(terminal ? terminal_cells(n, *call, name_width) : all_cells(n, *call));
    return o.query.verdict(!chosen.empty(), code);
}

} // namespace

void add_calls(io::cli::App &app) {
    auto options = std::make_shared<Options>();
    auto command = app.subcommand("calls", "List calls, then registrations and everything else, one a line",
                                  [&app, options] { return run(app, *options); });
    options->query.declare(command);
    command.flag("--json", options->json, "One JSON object a line");
}

} // namespace cord::siptrace
