// A binding as a row of Kamailio's `location` table, in its columns and its spellings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "engine/locate/binding.hpp"

namespace cord::engine::locate {

/// Columns by Kamailio's names (usrloc, table version 9), without `id`. Empty strings stand for NULL where
/// that is allowed.
struct Row {
    std::string ruid;
    std::string username;
    std::string domain;
    std::string contact;
    std::string received; ///< "sip:192.0.2.7:51544;transport=ws", where the REGISTER came from.
    std::string path;     ///< "<sip:edge.example;lr>, <…>"
    base::UnixTime expires{};
    double q = -1; ///< -1 when the client gave none.
    std::string callid;
    std::int64_t cseq = 0;
    base::UnixTime last_modified{};
    std::int64_t flags = 0;
    std::int64_t cflags = 0;
    std::string user_agent;
    std::string socket; ///< "wss:192.0.2.2:8443", ours.
    std::int64_t methods = 0;
    std::string instance; ///< "<urn:uuid:…>"
    std::int64_t reg_id = 0;
    std::int64_t server_id = 0;
    std::int64_t connection_id = 0;
    std::int64_t keepalive = 0;
    std::int64_t partition = 0;
};

/// What the columns have room for, bytes: contact and path; instance, callid and user_agent; username and
/// domain. Not every database cuts what is longer: some refuse the row, and all that is written with it.
inline constexpr std::size_t row_uri = 512, row_text = 255, row_name = 64;

[[nodiscard]] Row to_row(const Binding &binding);

/// A row read at start. `listeners` are ours, as Flow::listener counts them: a binding over UDP is reachable
/// when its socket is among them, and so is one that `flow_to_contact` knows a way to; another of a
/// connection is not, until its client registers again. Nothing for a row that makes no sense.
[[nodiscard]] std::optional<Binding>
from_row(const Row &row, std::span<const std::pair<transaction::Transport, base::Endpoint>> listeners);

} // namespace cord::engine::locate
