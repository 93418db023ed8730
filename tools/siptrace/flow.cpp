#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "engine/trace/ladder_svg.hpp"
#include "engine/trace/ladder_text.hpp"
#include "engine/trace/live.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/say.hpp"
#include "query.hpp"
#include "text.hpp"
#include "trace.hpp"

namespace cord::siptrace {
namespace {

using engine::trace::TextStyle;

struct Options {
    Query query;
    std::string format = "text";
    std::string out;
    bool follow = false;
};

// Each message as it comes. Nothing is kept for longer than it helps to tell retransmissions.
int follow(const Options &o, const TextStyle &style) {
    Trace trace(o.query.key_log);
    engine::trace::LiveLadder ladder(style);
    Output out(o.out);
    const int code = for_each(o.query.in, true, trace, [&](const io::capture::Feed::Found &found) {
        const auto *record = std::get_if<engine::trace::SipRecord>(&found);
        const auto added = record != nullptr ? trace.calls.add(*record) : std::nullopt;
        if (!added || !o.query.matches(*added->call) || !o.query.matches(*added->entry) ||
            (o.query.call != 0 && added->call->number != static_cast<std::uint64_t>(o.query.call)))
            return true;
        const bool good = out.write(ladder.add(*added->call, *added->entry));
        out.flush();
        return good;
    });
    return out.close(code);
}

void draw_text(const TextStyle &style, const std::vector<Query::Chosen> &chosen, Output &out) {
    bool first = true;
    for (const auto &[n, call] : chosen) {
        const std::string text = engine::trace::ladder_text(engine::trace::make_ladder(*call), style);
        if (!out.write(first ? text : '\n' + text))
            return;
        first = false;
    }
}

// A picture is of one call.
void draw_svg(const std::vector<Query::Chosen> &chosen, Output &out) {
    if (chosen.size() > 1)
        io::cli::say("siptrace", "{} calls, this is number {} (--call N draws another)", chosen.size(),
                     chosen.front().n);
    out.write(engine::trace::ladder_svg(engine::trace::make_ladder(*chosen.front().call)));
}

int run(const io::cli::App &app, Options &o) {
    if (const int wrong = o.query.understand(app); wrong != 0)
        return wrong;
    const bool to_file = !o.out.empty() && o.out != "-";
    const TextStyle style{to_file ? 0 : terminal_width(), !to_file && wants_colour(app.common().color)};
    if (o.follow && o.format == "text")
        return follow(o, style);
    if (o.follow) {
        io::cli::say("siptrace", "--follow draws text alone");
        return io::cli::wrong_usage;
    }
    Trace trace(o.query.key_log, o.query.memory_bytes());
    const int code = read_all(o.query.in, trace);
    const auto chosen = o.query.choose(trace.calls);
    if (chosen.empty()) {
        if (code != io::cli::done) // which was told
            return code;
        io::cli::say("siptrace", "no such call");
        return io::cli::answer_is_no;
    }
    Output out(o.out);
    if (o.format == "svg")
        draw_svg(chosen, out);
    else
        draw_text(style, chosen, out);
    return out.close(code);
}

} // namespace

void add_flow(io::cli::App &app) {
    auto options = std::make_shared<Options>();
    auto command =
        app.subcommand("flow", "Draw calls as ladders", [options, &app] { return run(app, *options); });
    options->query.declare(command);
    command.choice("--format", options->format, {"text", "svg"}, "What to draw");
    command.option("-o,--output", options->out, "FILE", "Where to write; - is stdout (default)");
    command.flag("-f,--follow", options->follow, "Draw messages as they come, until interrupted");
}

} // namespace cord::siptrace
