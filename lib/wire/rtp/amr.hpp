// Payloads of AMR and AMR-WB (RFC 4867): one channel, bandwidth-efficient or octet-aligned, without CRCs,
// robust sorting or interleaving.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/rtp/rtcp.hpp"

namespace cord::wire::rtp {

enum class AmrBand { narrow, wide };

struct AmrLayout {
    AmrBand band = AmrBand::narrow;
    bool octet_aligned = false;
};

/// 20 ms: what one entry of the table of contents stands for.
struct AmrFrame {
    static constexpr std::uint8_t no_data = 15;

    std::uint8_t type = no_data; // frame type index
    bool good = true;            // Q
    /// As many bits as the type has, from the most significant of the first octet on; then zeros.
    std::vector<std::uint8_t> speech;

    bool operator==(const AmrFrame &) const = default;
};

struct AmrPayload {
    static constexpr std::uint8_t no_request = 15;
    /// More than a second of sound is no payload but an attack: an entry without speech takes six bits.
    static constexpr std::size_t max_frames = 50;

    std::uint8_t mode_request = no_request; // CMR: the mode that the sender wants to hear
    std::vector<AmrFrame> frames;

    bool operator==(const AmrPayload &) const = default;
};

/// Bits of speech or comfort noise in a frame of this type; nothing for a type that the band does not have.
[[nodiscard]] std::optional<std::size_t> amr_bits(AmrBand band, std::uint8_t type);

[[nodiscard]] base::Result<AmrPayload> parse_amr(base::Bytes payload, AmrLayout layout);
/// The frames are of types that the band has, at least one, with the bits that their types have.
void append_amr(std::vector<std::uint8_t> &out, const AmrPayload &payload, AmrLayout layout);

/// A mode request on its way from the decoder of one direction of a call to the encoder of the other: an RTCP
/// APP packet (RFC 3550 section 6.7) that no peer ever sees.
void append_mode_request(std::vector<std::uint8_t> &out, std::uint8_t mode);
[[nodiscard]] std::optional<std::uint8_t> mode_request(const RtcpPart &part);

} // namespace cord::wire::rtp
