#include "wire/rtp/codec_spec.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::wire::rtp {

static bool is_visible(std::string_view s) {
    return std::all_of(s.begin(), s.end(), [](char c) { return c > ' ' && c < 127; });
}

base::Result<CodecSpec> CodecSpec::parse(std::string_view text) {
    if (!is_visible(text))
        return base::fail("a codec is written without blanks");
    auto [head, parameters] = base::cut(text, ';');
    auto [name, rest] = base::cut(head, '/');
    auto [rate, channels] = base::cut(rest, '/');
    if (name.empty())
        return base::fail("a codec without a name");
    CodecSpec spec;
    spec.name = base::lower(name);
    if (head.size() > name.size()) {
        auto n = base::to_uint(rate, 1'000'000);
        if (!n || *n == 0)
            return base::fail("the clock rate is not a number up to 1000000", name.size() + 1);
        spec.clock_rate = static_cast<std::uint32_t>(*n);
    }
    if (rest.size() > rate.size()) {
        auto n = base::to_uint(channels, 255);
        if (!n || *n == 0)
            return base::fail("the channels are not a number up to 255", name.size() + rate.size() + 2);
        spec.channels = static_cast<std::uint8_t>(*n);
    }
    base::split(parameters, ';', [&spec](std::string_view p) {
        auto [key, value] = base::cut(p, '=');
        if (!key.empty())
            spec.parameters.emplace_back(base::lower(key), value);
    });
    return spec;
}

std::string CodecSpec::text() const {
    std::string out = name;
    if (clock_rate != 0)
        out += fmt::format("/{}", clock_rate);
    if (clock_rate != 0 && channels > 1)
        out += fmt::format("/{}", channels);
    for (const auto &[key, value] : parameters)
        out += value.empty() ? fmt::format(";{}", key) : fmt::format(";{}={}", key, value);
    return out;
}

std::optional<std::string_view> CodecSpec::parameter(std::string_view wanted) const {
    for (const auto &[key, value] : parameters)
        if (key == wanted)
            return value;
    return {};
}

std::optional<std::uint32_t> CodecSpec::number(std::string_view wanted) const {
    auto value = parameter(wanted);
    auto n = value ? base::to_uint(*value, UINT32_MAX) : std::nullopt;
    return n ? std::optional(static_cast<std::uint32_t>(*n)) : std::nullopt;
}

base::Result<PayloadMap> parse_payload_map(std::string_view text) {
    PayloadMap map;
    const char *begin = text.data();
    base::Error error;
    bool failed = false;
    base::split(text, ' ', [&](std::string_view entry) {
        if (entry.empty() || failed)
            return;
        auto at = static_cast<std::uint32_t>(entry.data() - begin);
        auto [number, codec] = base::cut(entry, '=');
        auto type = base::to_uint(number, 127);
        auto spec = CodecSpec::parse(codec);
        failed = !type || !spec;
        if (!type)
            error = {"a payload type is a number up to 127", at};
        else if (!spec)
            error = {spec.error().reason, at + static_cast<std::uint32_t>(number.size()) + 1};
        else
            map.insert_or_assign(static_cast<std::uint8_t>(*type), std::move(*spec));
    });
    if (failed)
        return tl::unexpected(error);
    return map;
}

std::string payload_map_text(const PayloadMap &map) {
    std::string out;
    for (const auto &[type, spec] : map)
        out += fmt::format("{}{}={}", out.empty() ? "" : " ", type, spec.text());
    return out;
}

std::optional<CodecSpec> static_codec(std::uint8_t payload_type) {
    switch (payload_type) {
    case 0: return CodecSpec{"pcmu", 8000, 1, {}};
    case 3: return CodecSpec{"gsm", 8000, 1, {}};
    case 4: return CodecSpec{"g723", 8000, 1, {}};
    case 8: return CodecSpec{"pcma", 8000, 1, {}};
    case 9: return CodecSpec{"g722", 8000, 1, {}};
    case 10: return CodecSpec{"l16", 44100, 2, {}};
    case 11: return CodecSpec{"l16", 44100, 1, {}};
    case 13: return CodecSpec{"cn", 8000, 1, {}};
    case 18: return CodecSpec{"g729", 8000, 1, {}};
    case 34: return CodecSpec{"h263", 90000, 1, {}};
    default: return {};
    }
}

} // namespace cord::wire::rtp
