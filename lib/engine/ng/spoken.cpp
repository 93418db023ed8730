#include "engine/ng/spoken.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace cord::engine::ng {
namespace {

using sdp::Format;

// The numbers are the static ones, or those that phones use. Both layouts of AMR are there: RFC 4867 section
// 8.3.1 has each "not compatible with any other combination", and a phone may know but one.
const std::array<Format, 15> known{{
    {{0, "PCMU", 8000, 1}, "", {}},
    {{8, "PCMA", 8000, 1}, "", {}},
    {{111, "opus", 48000, 2}, "minptime=10;useinbandfec=1", {}},
    {{9, "G722", 8000, 1}, "", {}},
    {{104, "AMR-WB", 16000, 1}, "", {}},
    {{105, "AMR-WB", 16000, 1}, "octet-align=1", {}},
    {{102, "AMR", 8000, 1}, "", {}},
    {{103, "AMR", 8000, 1}, "octet-align=1", {}},
    {{18, "G729", 8000, 1}, "", {}},
    {{3, "GSM", 8000, 1}, "", {}},
    {{97, "speex", 16000, 1}, "", {}},
    {{98, "speex", 8000, 1}, "", {}},
    {{99, "speex", 32000, 1}, "", {}},
    {{112, "G726-32", 8000, 1}, "", {}},
    {{113, "AAL2-G726-32", 8000, 1}, "", {}},
}};

bool is_amr(const sdp::RtpMap &map) {
    return base::iequals(map.name, "AMR") || base::iequals(map.name, "AMR-WB");
}

/// RFC 4867 section 8.1: these lay payloads out in ways that the worker does not know.
bool is_plain_amr(const Format &format) {
    auto off = [&](std::string_view name) {
        const std::string_view value = parameter_of(format, name);
        return value.empty() || value == "0";
    };
    return off("crc") && off("robust-sorting") && parameter_of(format, "interleaving").empty();
}

} // namespace

Spoken spoken(const std::set<std::string, std::less<>> &names) {
    Spoken out;
    for (const Format &format : known)
        if (names.contains(base::lower(format.map.name)))
            out.push_back(format);
    return out;
}

Spoken spoken_by_all() { return spoken({"pcmu", "pcma", "opus"}); }

bool same_codec(const sdp::RtpMap &a, const sdp::RtpMap &b) {
    return base::iequals(a.name, b.name) && a.clock_rate == b.clock_rate && a.channels == b.channels;
}

bool same_payloads(const Format &a, const Format &b) {
    auto aligned = [](const Format &f) { return parameter_of(f, "octet-align") == "1"; };
    return same_codec(a.map, b.map) && (!is_amr(a.map) || aligned(a) == aligned(b));
}

bool speaks(const Spoken &spoken, const Format &format) {
    return std::any_of(spoken.begin(), spoken.end(),
                       [&](const Format &s) { return same_payloads(s, format); }) &&
           (!is_amr(format.map) || is_plain_amr(format));
}

std::string_view parameter_of(const Format &format, std::string_view name) {
    std::string_view out;
    base::split(format.parameters, ';', [&](std::string_view parameter) {
        const auto [key, value] = base::cut(base::trim(parameter), '=');
        if (base::iequals(key, name))
            out = base::trim(value);
    });
    return out;
}

} // namespace cord::engine::ng
