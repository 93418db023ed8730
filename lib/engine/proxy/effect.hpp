// What the core wants done, as values. The shell acts on them after the core has returned.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/locate/binding.hpp"
#include "engine/resolve/next_hops.hpp"
#include "engine/transaction/layer.hpp"

namespace cord::engine::proxy {

/// Names a question; its answer brings it back. Never 0.
using Token = std::uint64_t;

/// One message to one flow. A stream flow without a connection (0) means: to `flow.remote` over an open
/// connection of that transport if there is one, else over a new one. When the id is not `none`, a failure to
/// hand the message over is told by on_send_failed, and the connection found or opened by on_sent.
using transaction::Send;

/// Write the rows; with a token, answer by on_stored after they are durable. Token 0: nobody waits.
struct Store {
    Token token = 0;
    std::vector<locate::Change> changes;
};

/// Find a subscriber; answer by on_user.
struct LookUser {
    Token token = 0;
    std::string user;
    std::string domain;
};

/// Find a place by RFC 3263; answer by on_resolved.
struct Resolve {
    Token token = 0;
    resolve::Destination destination;
};

/// One ng request: a bencoded dictionary without the cookie. Answer by on_breaker. Token 0: no answer is
/// awaited.
struct AskBreaker {
    Token token = 0;
    std::size_t breaker = 0;
    std::string dictionary;
};

/// Something an operator wants to know. `type` is one of the event stream's; the shell adds `ts` and `node`.
struct Event {
    using Value = std::variant<std::string, std::int64_t, double, bool>;
    using Fields = std::vector<std::pair<std::string, Value>>;
    std::string type;
    Fields fields;
};

/// A transaction that is over, as Kamailio's tables acc and missed_calls have them.
struct Account {
    bool missed = false; ///< For missed_calls.
    std::string method, from_tag, to_tag, call_id;
    int code = 0;
    std::string reason;
    base::UnixTime at{};
};

/// A record of what a process that follows this one has to know of calls, to be appended to those before.
struct Keep {
    std::string record;
};

using Effect = std::variant<Send, Store, LookUser, Resolve, AskBreaker, Event, Account, Keep>;

} // namespace cord::engine::proxy
