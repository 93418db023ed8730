// Payloads of VP8 (RFC 7741): the descriptor before each piece of a frame.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace cord::wire::rtp {

/// A view into the payload.
struct Vp8Payload {
    bool begins_frame = false; // S, and partition 0
    std::optional<std::uint16_t> picture_id;
    base::Bytes data;
};

[[nodiscard]] base::Result<Vp8Payload> parse_vp8(base::Bytes payload);

inline constexpr std::size_t vp8_descriptor_size = 4;
/// Appends a descriptor with a PictureID of 15 bits; the piece of the frame follows it.
void append_vp8_descriptor(std::vector<std::uint8_t> &out, bool begins_frame, std::uint16_t picture_id);

struct Vp8Size {
    std::uint16_t width = 0;
    std::uint16_t height = 0;

    bool operator==(const Vp8Size &) const = default;
};

/// Of a whole frame or its beginning: the size, if it is a key frame, which needs no frame before it.
[[nodiscard]] std::optional<Vp8Size> vp8_key_frame(base::Bytes frame);

} // namespace cord::wire::rtp
