#include "engine/ng/envelope.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/bencode/bencode.hpp"
#include "wire/bencode/json.hpp"

namespace cord::engine::ng {
namespace {

namespace bencode = wire::bencode;

enum class Start : std::uint8_t { no, perhaps, yes };

/// A dictionary begins with `d`, its first key's length and a colon; a JSON object with a brace.
Start dictionary_begins(std::string_view text) {
    if (text.empty())
        return Start::perhaps;
    if (text[0] != 'd')
        return text[0] == '{' ? Start::yes : Start::no;
    std::size_t i = 1;
    while (i < text.size() && base::is_digit(text[i]))
        ++i;
    if (i == text.size())
        return Start::perhaps;
    return i > 1 && text[i] == ':' ? Start::yes : Start::no;
}

bool is_whole(std::string_view dictionary) {
    auto length = bencode::measure(dictionary);
    return length && *length;
}

/// Where the dictionary begins: 0 without a cookie, behind the first blank with one, npos when that cannot be
/// told. Of cookies only the blank behind them is sure, and what looks like a dictionary may be one:
/// `deadbeef`, `d12:ab`.
std::size_t payload_at(std::string_view text) {
    const bool alone = dictionary_begins(text) == Start::yes;
    if (alone && (text[0] == '{' || is_whole(text)))
        return 0;
    const std::size_t blank = text.find(' ');
    if (blank != std::string_view::npos &&
        (!alone || dictionary_begins(text.substr(blank + 1)) == Start::yes))
        return blank + 1;
    return alone ? 0 : std::string_view::npos;
}

/// Whether what is no dictionary may yet turn out to be a cookie.
bool may_be_cookie(std::string_view text) {
    const auto [word, rest] = base::cut(text, ' ');
    return text.size() <= max_cookie && word.find('\n') == std::string_view::npos &&
           dictionary_begins(rest) == Start::perhaps;
}

} // namespace

std::optional<Envelope> open(std::string_view message) {
    message = base::trim(message);
    const std::size_t at = payload_at(message);
    if (at == std::string_view::npos || at > max_cookie)
        return std::nullopt;
    Envelope out;
    if (at > 0)
        out.cookie = message.substr(0, at - 1);
    out.payload = message.substr(at);
    out.encoding = out.payload.starts_with('{') ? Encoding::json : Encoding::bencode;
    return out;
}

base::Result<bencode::Dict> decode(const Envelope &envelope) {
    if (envelope.payload.empty())
        return base::fail("Invalid data (no payload)");
    if (envelope.payload.front() != 'd' && envelope.payload.front() != '{')
        return base::fail("Invalid NG data format");
    const bool json = envelope.encoding == Encoding::json;
    auto value = json ? bencode::parse_json(envelope.payload) : bencode::parse(envelope.payload);
    if (!value || !value->dict())
        return base::fail(json ? "Failed to parse JSON document" : "Could not decode bencode dictionary");
    return *value->dict();
}

std::string seal(const Envelope &request, const bencode::Dict &reply) {
    std::string out = request.cookie.empty() ? "" : request.cookie + " ";
    return out + (request.encoding == Encoding::json ? bencode::write_json(reply) : bencode::write(reply));
}

std::string refusal(std::string_view message, std::string_view reason) {
    message = base::trim(message.substr(0, 2 * max_cookie));
    Envelope request{{}, Encoding::json, {}};
    if (auto opened = open(message); opened && !opened->payload.empty() && opened->payload.front() == 'd')
        request = *opened;
    else if (opened)
        request.cookie = opened->cookie;
    return seal(request, {{"result", "error"}, {"error-reason", reason}});
}

base::Result<std::optional<std::size_t>> frame(std::string_view stream) {
    constexpr auto not_yet = std::optional<std::size_t>();
    std::size_t start = 0;
    while (start < stream.size() && base::is_space(stream[start]))
        ++start;
    std::string_view text = stream.substr(start);
    if (text.empty())
        return not_yet;
    const std::size_t at = payload_at(text);
    if (text.substr(0, at).find('\n') != std::string_view::npos)
        return base::fail("no cookie before the ng message", start);
    if (at == std::string_view::npos)
        return text.size() > max_cookie ? base::fail("no cookie before the ng message", start)
                                        : base::Result<std::optional<std::size_t>>(not_yet);
    const std::string_view payload = text.substr(at);
    base::Result<std::optional<std::size_t>> length = not_yet;
    if (payload.starts_with('{'))
        length = bencode::measure_json(payload);
    else if (!payload.empty())
        length = bencode::measure(payload);
    if (!length)
        return at == 0 && may_be_cookie(text) ? not_yet : length;
    if (!*length)
        return payload.size() > base::limits::ng_message ? base::fail("ng message is too long", start)
                                                         : length;
    return std::optional(start + at + **length);
}

} // namespace cord::engine::ng
