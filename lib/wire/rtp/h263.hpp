// Payloads of H.263: after RFC 4629 (H263-1998 and H263-2000, `h263+` here) and after RFC 2190 (H263), whose
// three modes are understood.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace cord::wire::rtp {

/// RFC 4629. A view into the payload.
struct H263PlusPayload {
    bool starts = false; // P: two zero octets of a start code go before the data
    base::Bytes data;
    /// Whether the start code is a picture's.
    [[nodiscard]] bool begins_picture() const;
};
[[nodiscard]] base::Result<H263PlusPayload> parse_h263_plus(base::Bytes payload);
/// The payloads of a picture: cut before start codes as far as they are near enough, anywhere else.
void pack_h263_plus(base::Bytes picture, std::size_t most, std::vector<std::vector<std::uint8_t>> &out);

/// RFC 2190. A view into the payload.
struct H263Payload {
    unsigned first_bits = 0; // SBIT: bits of the first octet that are not of it
    unsigned last_bits = 0;  // EBIT: the same of the last octet
    base::Bytes data;
    [[nodiscard]] bool begins_picture() const;
};
[[nodiscard]] base::Result<H263Payload> parse_h263(base::Bytes payload);
/// The payloads of a picture, all in mode A: groups of blocks as far as `most` octets hold them. One that is
/// longer stays whole. Nothing for what does not begin as a picture.
void pack_h263(base::Bytes picture, std::size_t most, std::vector<std::vector<std::uint8_t>> &out);

} // namespace cord::wire::rtp
