#include <memory>

#include <fmt/format.h>

#include "base/text.hpp"
#include "commands.hpp"
#include "engine/trace/printable.hpp"
#include "engine/trace/times.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/table.hpp"
#include "query.hpp"
#include "text.hpp"
#include "trace.hpp"

namespace cord::siptrace {
namespace {

using engine::trace::Call;
using engine::trace::Entry;
using engine::trace::printable;

struct Options {
    Query query;
    bool json = false;
    bool raw = false;
};

std::string json_line(const Call &call, const Entry &e) {
    std::string out = "{\"n\":" + std::to_string(e.n) + ",\"ts\":" + engine::trace::unix_text(e.at);
    json_member(out, "src", e.src.text());
    json_member(out, "dst", e.dst.text());
    json_member(out, "transport", engine::trace::name(e.transport));
    json_member(out, "call_id", call.call_id());
    json_member(out, "start_line", e.start_line());
    json_member(out, "method", e.method());
    out += ",\"code\":" + (e.is_request() ? "null" : std::to_string(e.status()));
    if (base::is_utf8(e.bytes()))
        json_member(out, "raw", e.bytes());
    else
        json_member(out, "raw_b64", base::to_base64(base::as_bytes(e.bytes())));
    return out + "}\n";
}

std::string tabbed(const Call &call, const Entry &e) {
    return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", e.n, engine::trace::unix_text(e.at), e.src.text(),
                       e.dst.text(), engine::trace::name(e.transport), printable(call.call_id()),
                       printable(e.start_line()));
}

// For a terminal, columns that need not wait for the last line.
std::string aligned(const Entry &e, std::size_t width) {
    const std::string line =
        fmt::format("{:>5}  {}  {:>21} → {:<21}  {:<3}  {}", e.n, engine::trace::clock_text(e.at),
                    e.src.text(), e.dst.text(), engine::trace::name(e.transport), printable(e.start_line()));
    return (width == 0 ? line : engine::trace::fitted(line, width)) + '\n';
}

class Printer {
  public:
    explicit Printer(const Options &o)
        : options_(o), form_(io::cli::Table::form(o.json)), width_(terminal_width()), out_("-") {}

    // False when nobody reads any more.
    bool print(const Call &call, const Entry &e) {
        if (!options_.query.matches(call) || !options_.query.matches(e))
            return true;
        found_ = true;
        if (options_.raw)
            return out_.write(e.bytes());
        switch (form_) {
        case io::cli::Table::Form::json: return out_.write(json_line(call, e));
        case io::cli::Table::Form::tabs: return out_.write(tabbed(call, e));
        case io::cli::Table::Form::terminal: break;
        }
        return out_.write(aligned(e, width_));
    }
    int close(int code) { return out_.close(options_.query.verdict(found_, code)); }

  private:
    const Options &options_;
    io::cli::Table::Form form_;
    std::size_t width_;
    Output out_;
    bool found_ = false;
};

// The number of what is no call is known at the end alone.
int run_for_call(const Options &o) {
    Trace trace(o.query.key_log, o.query.memory_bytes());
    const int code = read_all(o.query.in, trace);
    Printer printer(o);
    for (const auto &[n, call] : o.query.choose(trace.calls))
        for (const Entry &e : call->messages())
            if (!printer.print(*call, e))
                break;
    return printer.close(code);
}

// All others are printed as they come, and nothing is kept for long.
int run(const io::cli::App &app, Options &o) {
    if (o.json && o.raw)
        return app.refuse(io::cli::wrong_usage, "messages are printed with --json or with --raw");
    if (const int wrong = o.query.understand(app); wrong != 0)
        return wrong;
    if (o.query.call != 0)
        return run_for_call(o);
    Trace trace(o.query.key_log);
    Printer printer(o);
    const int code = for_each(o.query.in, false, trace, [&](const io::capture::Feed::Found &found) {
        const auto *record = std::get_if<engine::trace::SipRecord>(&found);
        const auto added = record != nullptr ? trace.calls.add(*record) : std::nullopt;
        return !added || printer.print(*added->call, *added->entry);
    });
    return printer.close(code);
}

} // namespace

void add_messages(io::cli::App &app) {
    auto options = std::make_shared<Options>();
    auto command = app.subcommand("messages", "Print SIP messages, one a line",
                                  [&app, options] { return run(app, *options); });
    options->query.declare(command);
    command.flag("--json", options->json, "One JSON object a line, the message in it");
    command.flag("--raw", options->raw, "The messages themselves, byte for byte");
}

} // namespace cord::siptrace
