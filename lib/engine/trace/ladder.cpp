#include "engine/trace/ladder.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "engine/trace/printable.hpp"
#include "engine/trace/times.hpp"

namespace cord::engine::trace {
namespace {

Tone tone_of(const Entry &e) {
    if (e.is_request())
        return Tone::request;
    switch (e.status() / 100) {
    case 1: return Tone::provisional;
    case 2: return Tone::success;
    case 3: return Tone::redirection;
    default: return Tone::failure;
    }
}

// The profile of the first media that are wanted: enough to tell a browser's description from a phone's.
std::string session_kind(const std::vector<MediaLine> &lines) {
    for (const MediaLine &line : lines)
        if (line.at.port != 0)
            return line.profile;
    return lines.empty() ? "" : "refused";
}

std::string label_of(const Entry &e, const wire::sip::Message &sip) {
    std::string out;
    if (e.is_request())
        out = e.method();
    else
        out = fmt::format("{} {}", e.status(), sip.reason());
    // Of most responses the request is plain to see; of those to others than INVITE it helps to be told.
    if (!e.is_request() && e.method() != "INVITE")
        out += fmt::format(" ({})", e.method());
    return printable(out);
}

LadderRow media_row(const MediaStream &s, std::size_t n, Hosts &hosts) {
    LadderRow row;
    row.at = s.first;
    row.from = hosts.column(s.src);
    row.to = hosts.column(s.dst);
    row.tone = Tone::media;
    row.label = fmt::format("{} #{} {}", s.encrypted ? "SRTP" : "RTP", n, printable(s.codec()));
    std::string details = fmt::format("{} → {}, {} packets, {}", s.src.port, s.dst.port, s.packets,
                                      duration_text(s.last - s.first));
    if (s.rtcp_packets > 0)
        details += fmt::format(", {} RTCP", s.rtcp_packets);
    if (!s.digits.empty())
        details += ", digits " + s.digits;
    row.details.push_back(std::move(details));
    row.tip = fmt::format("{} → {}, SSRC {:#010x}, {} bytes", s.src.text(), s.dst.text(), s.ssrc, s.bytes);
    return row;
}

Tone tone_of(std::string_view state) {
    if (state == "completed" || state == "in-call" || state == "registered" || state == "unregistered" ||
        state == "done")
        return Tone::success;
    if (state == "cancelled" || state == "diverted" || state == "challenged")
        return Tone::redirection;
    return state == "calling" || state == "ringing" || state == "pending" ? Tone::provisional : Tone::failure;
}

std::string facts_of(const Call &call) {
    std::string out;
    if (const auto setup = call.setup())
        out += "answered after " + duration_text(*setup) + ", ";
    if (const auto duration = call.duration())
        out += "lasted " + duration_text(*duration) + ", ";
    return out + date_text(call.start()) + ' ' + clock_text(call.start()) + " UTC";
}

void describe(const Call &call, Ladder &out) {
    out.title = printable(call.from()) + " → " + printable(call.to());
    out.name = call.number > 0 ? fmt::format("Call {}", call.number) : printable(call.method());
    out.state = call.state();
    out.state_tone = tone_of(call.state());
    if (call.code() != 0)
        out.state += fmt::format(" ({})", call.code());
    out.facts = facts_of(call);
}

} // namespace

LadderRow message_row(const Entry &e, std::pair<std::size_t, std::size_t> columns) {
    const wire::sip::Message sip = e.sip();
    LadderRow row;
    row.at = e.at;
    row.from = columns.first;
    row.to = columns.second;
    row.tone = tone_of(e);
    row.repeat = e.repeat;
    row.label = label_of(e, sip);
    if (e.repeat == Repeat::retransmission)
        row.label += " (retransmitted)";
    else if (e.repeat == Repeat::duplicate)
        row.label += " (captured twice)";
    const auto lines = media_lines(sdp_body(sip));
    if (const std::string kind = session_kind(lines); !kind.empty() && e.repeat == Repeat::no) {
        row.note = printable(kind);
        for (const MediaLine &line : lines)
            row.details.push_back(printable(summary(line)));
    }
    row.tip = fmt::format("{} {} → {}\n{}", via_name(e.transport), e.src.text(), e.dst.text(),
                          printable(e.start_line()));
    return row;
}

namespace {

// Columns in the order in which they are drawn upon, those left out that became part of another, and past
// the limit those that come later, with what was said to them.
void place_columns(const Hosts &hosts, Ladder &out) {
    std::vector<std::size_t> place(hosts.size(), SIZE_MAX);
    const auto placed = [&](std::size_t host) {
        if (place[host] == SIZE_MAX && out.columns.size() < base::limits::trace_columns) {
            place[host] = out.columns.size();
            out.columns.push_back({hosts.label(host), hosts.agent(host)});
        }
        return place[host];
    };
    for (LadderRow &row : out.rows) {
        row.from = placed(row.from);
        row.to = placed(row.to);
    }
    const auto left_out = std::erase_if(
        out.rows, [](const LadderRow &row) { return row.from == SIZE_MAX || row.to == SIZE_MAX; });
    if (left_out > 0)
        out.facts = fmt::format("{} rows of hosts past the first {} left out, {}", left_out,
                                out.columns.size(), out.facts);
}

} // namespace

Ladder make_ladder(const Call &call) {
    Ladder out;
    describe(call, out);
    // Which addresses are one host is known only when all has been seen.
    Hosts hosts;
    for (const Entry &entry : call.messages())
        (void)hosts.note(entry);
    for (const Entry &entry : call.messages())
        out.rows.push_back(message_row(entry, {hosts.column(entry.src), hosts.column(entry.dst)}));
    std::size_t n = 0;
    for (const MediaStream &stream : call.streams())
        out.rows.push_back(media_row(stream, ++n, hosts));
    std::stable_sort(out.rows.begin(), out.rows.end(),
                     [](const LadderRow &a, const LadderRow &b) { return a.at < b.at; });
    place_columns(hosts, out);
    return out;
}

} // namespace cord::engine::trace
