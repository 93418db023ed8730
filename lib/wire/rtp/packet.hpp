// RTP packets (RFC 3550 section 5.1): a checked view to read, edits in place, and a way to write new ones.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace cord::wire::rtp {

inline constexpr std::size_t header_size = 12;

enum class Kind { rtp, rtcp, other };

/// What a datagram of a port that carries both is, by its first two bytes (RFC 7983 section 7, RFC 5761
/// section 4).
[[nodiscard]] Kind kind_of(base::Bytes datagram);

/// Fixed header and contributing sources: where the extension stands, if there is one.
[[nodiscard]] inline std::size_t extension_at(base::Bytes packet) {
    return header_size + 4 * (packet[0] & 0x0fU);
}

/// Fixed header, contributing sources and extension: where the payload begins, and what SRTP leaves readable
/// (RFC 3711 section 3.1).
[[nodiscard]] base::Result<std::size_t> clear_size(base::Bytes packet);

/// The fixed header, for writing.
struct Header {
    std::uint8_t payload_type = 0;
    bool marker = false;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t ssrc = 0;
};

/// Appends the twelve bytes; the payload goes behind them.
void append_header(std::vector<std::uint8_t> &out, const Header &header);

/// A well-formed packet. A view: valid while the bytes are.
class Packet {
  public:
    [[nodiscard]] static base::Result<Packet> parse(base::Bytes bytes);

    [[nodiscard]] bool marker() const { return (bytes_[1] & 0x80) != 0; }
    [[nodiscard]] std::uint8_t payload_type() const { return bytes_[1] & 0x7f; }
    [[nodiscard]] std::uint16_t sequence() const { return base::load16(bytes_.data() + 2); }
    [[nodiscard]] std::uint32_t timestamp() const { return base::load32(bytes_.data() + 4); }
    [[nodiscard]] std::uint32_t ssrc() const { return base::load32(bytes_.data() + 8); }
    [[nodiscard]] std::size_t csrc_count() const { return bytes_[0] & 0x0f; }
    [[nodiscard]] std::uint32_t csrc(std::size_t n) const {
        return base::load32(bytes_.data() + header_size + 4 * n);
    }

    [[nodiscard]] base::Bytes bytes() const { return bytes_; }
    /// Without header, extension and padding.
    [[nodiscard]] base::Bytes payload() const {
        return bytes_.subspan(payload_at_, bytes_.size() - payload_at_ - padding_);
    }
    /// Fixed header, CSRCs and extension: where the payload begins.
    [[nodiscard]] std::size_t payload_at() const { return payload_at_; }
    [[nodiscard]] std::size_t padding() const { return padding_; }

    [[nodiscard]] bool has_extension() const { return (bytes_[0] & 0x10) != 0; }
    /// The "defined by profile" field of the extension; 0 without one.
    [[nodiscard]] std::uint16_t extension_profile() const;
    [[nodiscard]] base::Bytes extension() const;
    /// The extension element of this id (RFC 8285 sections 4.2 and 4.3), one- or two-byte form alike.
    [[nodiscard]] std::optional<base::Bytes> element(std::uint8_t id) const;

  private:
    explicit Packet(base::Bytes bytes) : bytes_(bytes) {}
    base::Bytes bytes_;
    std::size_t payload_at_ = 0;
    std::size_t padding_ = 0;
};

/// Edits in place; the bytes hold a packet that `Packet::parse` has accepted.
inline void set_payload_type(base::MutableBytes packet, std::uint8_t payload_type) {
    packet[1] = static_cast<std::uint8_t>((packet[1] & 0x80) | (payload_type & 0x7f));
}
inline void set_marker(base::MutableBytes packet, bool marker) {
    packet[1] = static_cast<std::uint8_t>((packet[1] & 0x7f) | (marker ? 0x80 : 0));
}
inline void set_sequence(base::MutableBytes packet, std::uint16_t sequence) {
    base::store16(packet.data() + 2, sequence);
}
inline void set_timestamp(base::MutableBytes packet, std::uint32_t timestamp) {
    base::store32(packet.data() + 4, timestamp);
}
inline void set_ssrc(base::MutableBytes packet, std::uint32_t ssrc) {
    base::store32(packet.data() + 8, ssrc);
}

} // namespace cord::wire::rtp
