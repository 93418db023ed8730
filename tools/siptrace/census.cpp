#include "engine/trace/census.hpp"

#include <memory>

#include "commands.hpp"
#include "io/cli/table.hpp"
#include "query.hpp"
#include "trace.hpp"

namespace cord::siptrace {
namespace {

using engine::trace::Datagram;
using engine::trace::SipRecord;
using io::cli::Column;

struct Options {
    std::string in = "-";
    std::string key_log;
    bool json = false;
};

int run(const Options &o) {
    Trace trace(o.key_log);
    engine::trace::Census census;
    io::cli::Table table({{"part"}, {"what"}, {"count", Column::Kind::number}, {"note"}},
                         io::cli::Table::form(o.json));
    const auto visit = [&](const io::capture::Feed::Found &found) {
        if (const auto *record = std::get_if<SipRecord>(&found))
            census.add(*record, trace.calls.add(*record).has_value());
        else if (const auto &datagram = std::get<Datagram>(found); true)
            census.add(datagram, trace.calls.add(datagram).has_value());
        return true;
    };
    return for_each(o.in, false, trace, visit, [&](const io::capture::Feed &feed) {
        for (const auto &[part, what, count, note] : census.rows(feed.input().facts(), feed.decoder()))
            table.row({std::string(part), what, std::to_string(count), std::string(note)});
    });
}

} // namespace

void add_census(io::cli::App &app) {
    auto options = std::make_shared<Options>();
    auto command = app.subcommand("census", "Count what a trace holds, and tell what is not shown and why",
                                  [options] { return run(*options); });
    command.positional("IN", options->in, false, input_words);
    command.option("--keylog", options->key_log, "FILE", key_log_words);
    command.flag("--json", options->json, "One JSON object a line");
}

} // namespace cord::siptrace
