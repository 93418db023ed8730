// What the body of an INFO asks for that RTP can carry: a key, or a whole picture.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cord::engine::proxy {

struct MediaWish {
    std::optional<std::uint8_t> key;       ///< An event of RFC 4733, 0 to 15; else a picture is wanted.
    std::optional<std::uint32_t> duration; ///< Of the key, milliseconds.
    bool operator==(const MediaWish &) const = default;
};

/// Of `application/dtmf-relay`, `application/dtmf` and `application/media_control+xml` (RFC 5168); nothing
/// for other types, and for a body that is malformed or says more than that.
[[nodiscard]] std::optional<MediaWish> read_media_wish(std::string_view content_type, std::string_view body);

} // namespace cord::engine::proxy
