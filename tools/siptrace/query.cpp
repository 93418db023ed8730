#include "query.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cord::siptrace {
namespace {

bool contains(const std::string &text, const std::string &part) {
    return part.empty() || base::lower(text).find(base::lower(part)) != std::string::npos;
}

// "192.0.2.1" or "192.0.2.1:5060".
bool is_at(const base::Endpoint &at, const std::string &host) {
    return at.ip.text() == host || at.text() == host || '[' + at.ip.text() + ']' == host;
}

} // namespace

void Query::declare(io::cli::Command &command) {
    command.positional("IN", in, false, "pcap, pcapng or NDJSON trace, gzip of these; - is stdin (default)");
    command.number("--call", call, 1, UINT32_MAX, "N",
                   "Only the call that has this number in 'siptrace calls'");
    command.option("--call-id", call_id, "ID", "Only the call with this Call-ID");
    command.option("--from", from, "TEXT", "Only calls whose caller contains TEXT");
    command.option("--to", to, "TEXT", "Only calls whose callee contains TEXT");
    command.option("--method", method, "METHOD", "Only this method");
    command.option("--host", host, "ADDR[:PORT]", "Only what goes to or from this address");
}

bool Query::matches(const engine::trace::Call &c) const {
    return (call_id.empty() || c.call_id() == call_id) && contains(c.from(), from) && contains(c.to(), to);
}

bool Query::matches(const engine::trace::Entry &e) const {
    return (method.empty() || base::iequals(e.method(), method)) &&
           (host.empty() || is_at(e.src, host) || is_at(e.dst, host));
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
