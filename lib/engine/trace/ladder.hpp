// A call as a ladder: hosts side by side, what they said to each other downwards. What to draw, not how.
#pragma once

#include <string>
#include <vector>

#include "engine/trace/call.hpp"
#include "engine/trace/hosts.hpp"

namespace cord::engine::trace {

/// What a row means; drawings give each a colour.
enum class Tone : std::uint8_t { request, provisional, success, redirection, failure, media };

struct LadderRow {
    Stamp at{};
    std::size_t from = 0; ///< Columns.
    std::size_t to = 0;
    Tone tone = Tone::request;
    Repeat repeat = Repeat::no;
    std::string label;                ///< "INVITE", "180 Ringing", "RTP #1 opus/48000/2".
    std::string note;                 ///< Of a session description, its profile: "RTP/AVP".
    std::vector<std::string> details; ///< Of media: addresses and codecs.
    std::string tip;                  ///< More, for who points at it.
};

struct LadderColumn {
    std::string label;
    std::string agent;
};

struct Ladder {
    std::string title; ///< "alice@example.com → bob@example.com"
    std::string name;  ///< "Call 1", "REGISTER"
    std::string state; ///< "completed (200)"
    Tone state_tone = Tone::provisional;
    std::string facts; ///< "answered after 0.150 s, lasted 2.350 s, 2026-01-01 00:00:00.100 UTC"
    std::vector<LadderColumn> columns;
    std::vector<LadderRow> rows; ///< In the order of time.
};

/// The row of one message, its columns as told.
[[nodiscard]] LadderRow message_row(const Entry &entry, std::pair<std::size_t, std::size_t> columns);

[[nodiscard]] Ladder make_ladder(const Call &call);

} // namespace cord::engine::trace
