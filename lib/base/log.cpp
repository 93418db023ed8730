#include "base/log.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "base/text.hpp"

namespace cord::base::log {

static std::atomic<Level> threshold{Level::info};
static std::atomic<bool> as_json{false};

void set_level(Level level) { threshold = level; }
bool enabled(Level level) { return level <= threshold.load(std::memory_order_relaxed); }
void set_json(bool json) { as_json = json; }

static const char *name(Level level) {
    switch (level) {
    case Level::error: return "error";
    case Level::warning: return "warning";
    case Level::info: return "info";
    case Level::debug: return "debug";
    }
    return "";
}

/// sd-daemon(3) priorities.
static const char *journal_prefix(Level level) {
    static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
    if (!journal)
        return "";
    switch (level) {
    case Level::error: return "<3>";
    case Level::warning: return "<4>";
    case Level::info: return "<6>";
    case Level::debug: return "<7>";
    }
    return "";
}

void write(Level level, std::string_view module, std::string_view message) {
    if (!enabled(level))
        return;
    std::string line = journal_prefix(level);
    if (as_json) {
        line += fmt::format("{{\"level\":\"{}\",\"mod\":\"{}\",\"msg\":\"", name(level), module);
        append_json_escaped(line, message);
        line += "\"}\n";
    } else {
        line += fmt::format("level={} mod={} msg=\"", name(level), module);
        append_json_escaped(line, message);
        line += "\"\n";
    }
    // One write, so that lines of several processes on one terminal do not mix; a lost line is not worth a
    // crash.
    [[maybe_unused]] ssize_t n = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace cord::base::log
