#include "wire/sdp/attributes.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace cord::wire::sdp {
namespace {

using base::cut;
using base::to_uint;
using base::trim;

/// Takes the next word off the front.
std::string_view next_word(std::string_view &text) {
    text = trim(text);
    auto [word, rest] = cut(text, ' ');
    text = trim(rest);
    return word;
}

template <class T>
std::optional<T> next_number(std::string_view &text, std::uint64_t max) {
    auto number = to_uint(next_word(text), max);
    return number ? std::optional(static_cast<T>(*number)) : std::nullopt;
}

struct StaticPayload {
    std::uint8_t payload_type;
    std::string_view name;
    std::uint32_t clock_rate;
    std::uint8_t channels;
};

/// RFC 3551 section 6, tables 4 and 5.
constexpr std::array<StaticPayload, 24> static_payloads{{
    {0, "PCMU", 8000, 1},   {3, "GSM", 8000, 1},    {4, "G723", 8000, 1},   {5, "DVI4", 8000, 1},
    {6, "DVI4", 16000, 1},  {7, "LPC", 8000, 1},    {8, "PCMA", 8000, 1},   {9, "G722", 8000, 1},
    {10, "L16", 44100, 2},  {11, "L16", 44100, 1},  {12, "QCELP", 8000, 1}, {13, "CN", 8000, 1},
    {14, "MPA", 90000, 1},  {15, "G728", 8000, 1},  {16, "DVI4", 11025, 1}, {17, "DVI4", 22050, 1},
    {18, "G729", 8000, 1},  {25, "CelB", 90000, 1}, {26, "JPEG", 90000, 1}, {28, "nv", 90000, 1},
    {31, "H261", 90000, 1}, {32, "MPV", 90000, 1},  {33, "MP2T", 90000, 1}, {34, "H263", 90000, 1},
}};

constexpr std::array<std::string_view, 4> directions{"sendrecv", "sendonly", "recvonly", "inactive"};
constexpr std::array<std::string_view, 4> setups{"active", "passive", "actpass", "holdconn"};

/// Whether "96 …" or "* …" is about this payload type; the rest is what it says.
std::optional<std::string_view> said_of(std::string_view value, std::uint8_t payload_type, bool wildcard) {
    const auto [about, rest] = cut(trim(value), ' ');
    if (wildcard && about == "*")
        return trim(rest);
    auto number = to_uint(about, 127);
    return number && *number == payload_type ? std::optional(trim(rest)) : std::nullopt;
}

std::optional<RtpMap> mapping_of(const Media &media, std::uint8_t payload_type) {
    for (std::string_view value : media.attributes.values("rtpmap"))
        if (auto map = read_rtpmap(value); map && map->payload_type == payload_type)
            return map;
    return static_payload(payload_type);
}

} // namespace

std::optional<RtpMap> read_rtpmap(std::string_view value) {
    RtpMap map;
    auto payload_type = next_number<std::uint8_t>(value, 127);
    auto [name, rest] = cut(trim(value), '/');
    auto [clock, channels] = cut(rest, '/');
    auto clock_rate = to_uint(clock, UINT32_MAX);
    if (!payload_type || name.empty() || !clock_rate || *clock_rate == 0)
        return std::nullopt;
    map.payload_type = *payload_type;
    map.name = name;
    map.clock_rate = static_cast<std::uint32_t>(*clock_rate);
    // For audio the parameter is the number of channels; other media may put anything there.
    map.channels = static_cast<std::uint8_t>(std::max<std::uint64_t>(1, to_uint(channels, 255).value_or(1)));
    return map;
}

std::string write(const RtpMap &map) {
    std::string out =
        std::to_string(map.payload_type) + " " + map.name + "/" + std::to_string(map.clock_rate);
    return map.channels > 1 ? out + "/" + std::to_string(map.channels) : out;
}

std::optional<RtpMap> static_payload(std::uint8_t payload_type) {
    for (const StaticPayload &p : static_payloads)
        if (p.payload_type == payload_type)
            return RtpMap{payload_type, std::string(p.name), p.clock_rate, p.channels};
    return std::nullopt;
}

std::vector<Format> formats(const Media &media) {
    std::vector<Format> out;
    for (const std::string &text : media.formats) {
        auto payload_type = to_uint(text, 127);
        auto map = payload_type ? mapping_of(media, static_cast<std::uint8_t>(*payload_type)) : std::nullopt;
        if (!map)
            continue;
        Format format{std::move(*map), {}, {}};
        for (std::string_view value : media.attributes.values("fmtp"))
            if (auto said = said_of(value, format.map.payload_type, false))
                format.parameters = *said;
        for (std::string_view value : media.attributes.values("rtcp-fb"))
            if (auto said = said_of(value, format.map.payload_type, true))
                format.feedback.emplace_back(*said);
        out.push_back(std::move(format));
    }
    return out;
}

std::optional<Candidate> read_candidate(std::string_view value) {
    Candidate c;
    c.foundation = next_word(value);
    auto component = next_number<std::uint32_t>(value, 256);
    c.transport = next_word(value);
    auto priority = next_number<std::uint32_t>(value, UINT32_MAX);
    c.address = next_word(value);
    auto port = next_number<std::uint16_t>(value, UINT16_MAX);
    const std::string_view typ = next_word(value);
    c.type = next_word(value);
    if (!component || !priority || !port || typ != "typ" || c.type.empty())
        return std::nullopt;
    c.component = *component;
    c.priority = *priority;
    c.port = *port;
    c.rest = value;
    return c;
}

std::string write(const Candidate &c) {
    std::string out = c.foundation + " " + std::to_string(c.component) + " " + c.transport + " " +
                      std::to_string(c.priority) + " " + c.address + " " + std::to_string(c.port) + " typ " +
                      c.type;
    return c.rest.empty() ? out : out + " " + c.rest;
}

std::optional<Fingerprint> read_fingerprint(std::string_view value) {
    Fingerprint out;
    out.hash = base::lower(next_word(value));
    std::string hex(value);
    std::erase(hex, ':');
    auto bytes = base::from_hex(hex);
    if (out.hash.empty() || !bytes || bytes->empty())
        return std::nullopt;
    out.bytes = std::move(*bytes);
    return out;
}

std::string write(const Fingerprint &fingerprint) {
    // RFC 8122 section 5: each byte in upper-case hex, separated by colons.
    std::string out = fingerprint.hash;
    char separator = ' ';
    for (char c : base::to_hex(base::as_bytes(fingerprint.bytes))) {
        const bool first_of_pair = (out.size() - fingerprint.hash.size()) % 3 == 0;
        if (first_of_pair)
            out += std::exchange(separator, ':');
        out += c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
    }
    return out;
}

std::vector<Fingerprint> fingerprints(const Session &session, const Media &media) {
    std::vector<Fingerprint> out;
    const Attributes &place = media.attributes.has("fingerprint") ? media.attributes : session.attributes;
    for (std::string_view value : place.values("fingerprint"))
        if (auto fingerprint = read_fingerprint(value))
            out.push_back(std::move(*fingerprint));
    return out;
}

std::optional<Setup> read_setup(std::string_view value) {
    for (std::size_t i = 0; i < setups.size(); ++i)
        if (setups[i] == trim(value))
            return static_cast<Setup>(i);
    return std::nullopt;
}

std::string_view name(Setup setup) { return setups[static_cast<std::size_t>(setup)]; }

std::optional<Crypto> read_crypto(std::string_view value) {
    Crypto crypto;
    auto tag = next_number<std::uint32_t>(value, 999'999'999);
    crypto.suite = next_word(value);
    std::string_view keys = next_word(value);
    constexpr std::string_view inline_method = "inline:";
    if (!tag || crypto.suite.empty() || !base::istarts_with(keys, inline_method))
        return std::nullopt;
    // key-params = <key-method> ":" <key-info> *( ";" …); key-info = key||salt ["|" lifetime] ["|" MKI ":"
    // length]
    keys = cut(keys.substr(inline_method.size()), ';').first;
    auto [key, rest] = cut(keys, '|');
    auto bytes = base::from_base64(key);
    if (!bytes)
        return std::nullopt;
    crypto.tag = *tag;
    crypto.key = std::move(*bytes);
    crypto.has_mki = rest.find(':') != std::string_view::npos;
    crypto.session_parameters = value;
    return crypto;
}

std::string write(const Crypto &crypto) {
    std::string out = std::to_string(crypto.tag) + " " + crypto.suite +
                      " inline:" + base::to_base64(base::as_bytes(crypto.key));
    return crypto.session_parameters.empty() ? out : out + " " + crypto.session_parameters;
}

std::optional<ExtMap> read_extmap(std::string_view value) {
    ExtMap out;
    auto [id, direction] = cut(next_word(value), '/');
    auto number = to_uint(id, UINT16_MAX);
    out.uri = next_word(value);
    if (!number || out.uri.empty())
        return std::nullopt;
    out.id = static_cast<std::uint16_t>(*number);
    out.direction = direction;
    return out;
}

std::string write(const ExtMap &extmap) {
    std::string out = std::to_string(extmap.id);
    if (!extmap.direction.empty())
        out += "/" + extmap.direction;
    return out + " " + extmap.uri;
}

std::optional<Group> read_group(std::string_view value) {
    Group out;
    out.semantics = next_word(value);
    if (out.semantics.empty())
        return std::nullopt;
    while (!value.empty())
        out.mids.emplace_back(next_word(value));
    return out;
}

std::string write(const Group &group) {
    std::string out = group.semantics;
    for (const std::string &mid : group.mids)
        out += " " + mid;
    return out;
}

std::vector<std::string> bundle(const Session &session) {
    for (std::string_view value : session.attributes.values("group"))
        if (auto group = read_group(value); group && group->semantics == "BUNDLE")
            return std::move(group->mids);
    return {};
}

std::optional<Rtcp> read_rtcp(std::string_view value) {
    Rtcp out;
    auto port = next_number<std::uint16_t>(value, UINT16_MAX);
    if (!port)
        return std::nullopt;
    out.port = *port;
    if (next_word(value) == "IN") {
        std::string type(next_word(value));
        out.connection = Connection{std::move(type), std::string(next_word(value))};
    }
    return out;
}

std::optional<Ssrc> read_ssrc(std::string_view value) {
    auto ssrc = next_number<std::uint32_t>(value, UINT32_MAX);
    return ssrc ? std::optional(Ssrc{*ssrc, std::string(value)}) : std::nullopt;
}

std::optional<Direction> read_direction(std::string_view attribute_name) {
    for (std::size_t i = 0; i < directions.size(); ++i)
        if (directions[i] == attribute_name)
            return static_cast<Direction>(i);
    return std::nullopt;
}

std::string_view name(Direction direction) { return directions[static_cast<std::size_t>(direction)]; }

Direction direction(const Session &session, const Media &media) {
    for (const Attributes *attributes : {&media.attributes, &session.attributes})
        for (const Attribute &a : *attributes)
            if (auto found = read_direction(a.name))
                return *found;
    return Direction::sendrecv;
}

} // namespace cord::wire::sdp
