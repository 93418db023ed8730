#include "io/net/ndjson.hpp"

#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::io::net {

namespace {

/// `{"type":"…","ts":…,"node":"…"`, to be gone on with.
std::string begin_line(std::string_view type, base::UnixTime ts, std::string_view node) {
    const auto us = ts.time_since_epoch().count();
    std::string line = "{\"type\":\"";
    base::append_json_escaped(line, type);
    line += fmt::format("\",\"ts\":{}.{:06},\"node\":\"", us / 1'000'000, us % 1'000'000);
    base::append_json_escaped(line, node);
    line += '"';
    return line;
}

void append_text(std::string &line, std::string_view key, std::string_view value) {
    line += fmt::format(",\"{}\":\"", key);
    base::append_json_escaped(line, value);
    line += '"';
}

} // namespace

std::string trace_line(base::UnixTime ts, std::string_view node, const engine::transaction::Flow &flow,
                       bool outbound, base::Bytes message) {
    std::string line = begin_line("sip", ts, node);
    const auto &[source, destination] =
        outbound ? std::tie(flow.local, flow.remote) : std::tie(flow.remote, flow.local);
    line += fmt::format(",\"transport\":\"{}\",\"conn\":{},\"src\":\"{}\",\"dst\":\"{}\"",
                        engine::transaction::name(flow.transport), flow.connection, source.text(),
                        destination.text());
    const std::string_view text = base::as_text(message);
    if (base::is_utf8(text))
        append_text(line, "raw", text);
    else
        append_text(line, "raw_b64", base::to_base64(message));
    return line + "}";
}

std::string event_line(base::UnixTime ts, std::string_view node, const engine::proxy::Event &event) {
    std::string line = begin_line(event.type, ts, node);
    for (const auto &[key, value] : event.fields) {
        if (const auto *text = std::get_if<std::string>(&value))
            append_text(line, key, *text);
        else if (const auto *number = std::get_if<std::int64_t>(&value))
            line += fmt::format(",\"{}\":{}", key, *number);
        else if (const auto *decimal = std::get_if<double>(&value))
            line += fmt::format(",\"{}\":{}", key, *decimal);
        else
            line += fmt::format(",\"{}\":{}", key, std::get<bool>(value));
    }
    return line + "}";
}

} // namespace cord::io::net
