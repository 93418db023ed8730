// What a running proxy answers, as values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "context.hpp"
#include "engine/locate/row.hpp"

namespace cord::tools::sipctl {

struct Contact {
    std::string user, domain, contact, received, transport;
    std::int64_t expires = 0; ///< Seconds left.
    double q = -1;            ///< -1 when the client gave none.
    std::string user_agent, instance, node;
    /// Whether its connection is there; unknown from the database.
    std::optional<bool> reachable{};
};

struct Call {
    std::string id, call_id, from, to, state;
    std::int64_t duration = 0;
    bool bridged = false;
    std::string codecs;
};

using Statistic = std::pair<std::string, std::string>;

[[nodiscard]] Outcome<std::vector<Contact>> contacts(const Context &context, io::rpc::Client &proxy);
[[nodiscard]] Outcome<std::vector<Call>> calls(const Context &context, io::rpc::Client &proxy);
[[nodiscard]] Outcome<std::vector<Statistic>> statistics(const Context &context, io::rpc::Client &proxy,
                                                         const std::vector<std::string> &names);

/// "up", "down" or "unknown", by the name of the trunk.
[[nodiscard]] Outcome<std::map<std::string, std::string>> trunk_states(const Context &context,
                                                                       io::rpc::Client &proxy);

/// A contact from a row of `location`, for when no proxy runs.
[[nodiscard]] Contact contact_of(const engine::locate::Row &row, base::UnixTime now);

/// A JSON value as `rpc` shows it: a text as it is, anything else indented, or on one line.
[[nodiscard]] std::string readable(const std::string &json, bool one_line);
/// An argument of `rpc` as JSON: `s:text`, `i:5` as Kamailio's tools write them; numbers, objects and lists
/// as they are; anything else is a text.
[[nodiscard]] std::string json_of_argument(const std::string &argument);

} // namespace cord::tools::sipctl
