#include "engine/trace/ndjson.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "engine/trace/json_scan.hpp"

namespace cord::engine::trace {
namespace {

using base::fail;
using base::Result;

// Any JSON number of seconds. Only one with an exponent goes through a double, which loses what is below a
// microsecond.
std::optional<Stamp> parse_time(std::string_view s) {
    constexpr std::uint64_t last = 9'000'000'000;
    if (s.find_first_of("eE") != std::string_view::npos) {
        double seconds = -1;
        const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), seconds);
        if (error != std::errc() || end != s.data() + s.size() || !(seconds >= 0 && seconds <= last))
            return std::nullopt;
        return Stamp(std::chrono::microseconds(std::llround(seconds * 1e6)));
    }
    const auto [whole, decimals] = base::cut(s, '.');
    const auto seconds = base::to_uint(whole, last);
    if (!seconds || !std::all_of(decimals.begin(), decimals.end(), base::is_digit))
        return std::nullopt;
    std::uint64_t nanoseconds = 0;
    for (std::size_t i = 0; i < 9; ++i)
        nanoseconds = nanoseconds * 10 + (i < decimals.size() ? static_cast<unsigned>(decimals[i] - '0') : 0);
    return Stamp(std::chrono::seconds(*seconds) + std::chrono::nanoseconds(nanoseconds));
}

} // namespace

Result<std::optional<SipRecord>> parse_trace_line(std::string_view line, std::string &raw) {
    SipRecord record;
    std::string_view type;
    bool has_time = false;
    bool has_raw = false;
    raw.clear();
    JsonScan scan(line);
    while (const auto member = scan.next()) {
        const auto &[name, value, is_string] = *member;
        if (name == "type") {
            type = value;
        } else if (name == "ts") {
            const auto at = parse_time(value);
            has_time = at.has_value();
            record.at = at.value_or(Stamp{});
        } else if (name == "transport") {
            record.transport = transport_from(value).value_or(Transport::udp);
        } else if (name == "src" || name == "dst") {
            const auto endpoint = base::Endpoint::parse(value);
            if (!endpoint)
                return fail("src or dst is not an address and a port");
            (name == "src" ? record.src : record.dst) = *endpoint;
        } else if (name == "raw" && is_string) {
            has_raw = append_unescaped(raw, value);
        } else if (name == "raw_b64" && is_string) {
            auto bytes = base::from_base64(value);
            has_raw = bytes.has_value();
            raw = std::move(bytes).value_or("");
        }
    }
    if (!scan.complete())
        return fail("not a JSON object");
    if (type != "sip")
        return std::optional<SipRecord>{};
    if (!has_time)
        return fail("no ts, or one that is not a number of seconds");
    if (!has_raw)
        return fail("neither raw nor raw_b64");
    record.raw = raw;
    return std::optional{record};
}

base::Result<Step> NdjsonReader::step(base::Bytes window) {
    const std::string_view text = base::as_text(window);
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
        if (window.size() <= base::limits::trace_line)
            return Step{};
        inside_long_line_ = true;
        return Step{window.size(), {}};
    }
    const std::string_view line = base::trim(text.substr(0, end));
    Step step{end + 1, {}};
    if (inside_long_line_) {
        inside_long_line_ = false;
        ++skipped_;
        return step;
    }
    if (line.empty())
        return step;
    const auto record = parse_trace_line(line, raw_);
    if (!record)
        ++skipped_;
    else if (*record)
        step.found = **record;
    return step;
}

} // namespace cord::engine::trace
