#include "query.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/say.hpp"

namespace cord::siptrace {
namespace {

bool contains(const std::string &text, const std::string &part) {
    return part.empty() || base::lower(text).find(base::lower(part)) != std::string::npos;
}

} // namespace

void Query::declare(io::cli::Command &command) {
    command.positional("IN", in, false, input_words);
    command.number("--call", call, 1, UINT32_MAX, "N",
                   "Only the call that has this number in 'siptrace calls'");
    command.option("--call-id", call_id, "ID", "Only the call with this Call-ID");
    command.option("--from", from, "TEXT", "Only calls whose caller contains TEXT");
    command.option("--to", to, "TEXT", "Only calls whose callee contains TEXT");
    command.option("--method", method, "METHOD", "Only this method");
    command.option("--keylog", key_log, "FILE", key_log_words);
    command.number("--memory", memory, 1, 1 << 20, "MB",
                   "Memory for calls: those begun first are forgotten beyond it");
    command.option("--host", host, "ADDR[:PORT]", "Only what goes to or from this address");
}

int Query::understand(const io::cli::App &app) {
    if (host.empty())
        return io::cli::done;
    address_ = base::IpAddress::parse(host);
    if (const auto at = base::Endpoint::parse(host); !address_ && at) {
        address_ = at->ip;
        port_ = at->port;
    }
    if (address_)
        return io::cli::done;
    return app.refuse(app.value_code("host"), fmt::format("--host wants ADDR[:PORT], not '{}'", host));
}

int Query::verdict(bool found, int code) const {
    const bool names_one = call != 0 || !call_id.empty();
    if (found || !names_one || code != io::cli::done)
        return code;
    io::cli::say("siptrace", "no such call");
    return io::cli::answer_is_no;
}

bool Query::matches(const engine::trace::Call &c) const {
    return (call_id.empty() || c.call_id() == call_id) && contains(c.from(), from) && contains(c.to(), to);
}

bool Query::matches(const engine::trace::Entry &e) const {
    const auto is_host = [this](const base::Endpoint &at) {
        return at.ip == address_ && (!port_ || at.port == port_);
    };
    return (method.empty() || base::iequals(e.method(), method)) &&
           (!address_ || is_host(e.src) || is_host(e.dst));
}

std::vector<Query::Chosen> Query::choose(const engine::trace::Calls &calls) const {
    std::vector<Chosen> out;
    std::size_t n = 0;
    for (const engine::trace::Call *c : calls.listed()) {
        ++n;
        const auto &messages = c->messages();
        if ((call == 0 || n == static_cast<std::size_t>(call)) && matches(*c) &&
            std::any_of(messages.begin(), messages.end(), [&](const auto &e) { return matches(e); }))
            out.push_back({n, c});
    }
    return out;
}

} // namespace cord::siptrace
