#include "engine/proxy/info_body.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "wire/xml/reader.hpp"

namespace cord::engine::proxy {
namespace {

constexpr std::string_view keys = "0123456789*#ABCD";

/// The digit itself, or 10 to 15 for those behind 9. 16 is a hook flash, which stays with the other side.
std::optional<std::uint8_t> read_key(std::string_view text) {
    if (text.size() == 1) {
        const char upper = text[0] >= 'a' && text[0] <= 'd' ? static_cast<char>(text[0] - 32) : text[0];
        const std::size_t at = keys.find(upper);
        return at == keys.npos ? std::nullopt : std::optional(static_cast<std::uint8_t>(at));
    }
    const auto number = base::to_uint(text, keys.size() - 1);
    return text.size() == 2 && number && *number >= 10 ? std::optional(static_cast<std::uint8_t>(*number))
                                                       : std::nullopt;
}

/// `Signal=5` and `Duration=160`, a line each.
std::optional<MediaWish> read_relay(std::string_view body) {
    MediaWish out;
    bool good = true;
    base::split(body, '\n', [&](std::string_view line) {
        line = base::trim(line);
        if (line.empty())
            return;
        const auto [written, value] = base::cut(line, '=');
        const std::string_view name = base::trim(written);
        if (base::iequals(name, "Signal")) {
            good &= !out.key;
            out.key = read_key(base::trim(value));
        } else if (base::iequals(name, "Duration")) {
            good &= !out.duration;
            if (auto ms = base::to_uint(base::trim(value), UINT16_MAX))
                out.duration = static_cast<std::uint32_t>(*ms);
            else
                good = false;
        } else {
            good = false;
        }
    });
    return good && out.key ? std::optional(out) : std::nullopt;
}

std::optional<MediaWish> read_dtmf(std::string_view body) {
    auto key = read_key(base::trim(body));
    return key ? std::optional(MediaWish{key, {}}) : std::nullopt;
}

/// RFC 5168 section 5. Elements from without to within; what stands beside them, as a stream's id or an error
/// that is told, is not for us.
constexpr std::array<std::string_view, 4> picture_path{"media_control", "vc_primitive", "to_encoder",
                                                       "picture_fast_update"};

std::optional<MediaWish> read_media_control(std::string_view body) {
    using Kind = wire::xml::Token::Kind;
    wire::xml::Reader reader(body);
    std::size_t depth = 0, wishes = 0;
    for (;;) {
        auto token = reader.next();
        if (!token)
            return std::nullopt;
        switch (token->kind) {
        case Kind::start:
            if (depth == picture_path.size() || token->text != picture_path[depth])
                return std::nullopt;
            wishes += ++depth == picture_path.size();
            break;
        case Kind::end:
            if (depth == 0 || token->text != picture_path[--depth])
                return std::nullopt;
            break;
        case Kind::text:
            if (!base::trim(token->text).empty())
                return std::nullopt;
            break;
        case Kind::done: return depth == 0 && wishes > 0 ? std::optional(MediaWish()) : std::nullopt;
        }
    }
}

} // namespace

std::optional<MediaWish> read_media_wish(std::string_view content_type, std::string_view body) {
    const std::string_view type = base::trim(base::cut(content_type, ';').first);
    if (base::iequals(type, "application/dtmf-relay"))
        return read_relay(body);
    if (base::iequals(type, "application/dtmf"))
        return read_dtmf(body);
    if (base::iequals(type, "application/media_control+xml"))
        return read_media_control(body);
    return std::nullopt;
}

} // namespace cord::engine::proxy
