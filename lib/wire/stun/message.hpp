// STUN messages (RFC 8489) with the attributes of ICE (RFC 8445): a checked view to read, a builder to write.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"

namespace cord::wire::stun {

enum class Class : std::uint8_t { request, indication, success, error };

inline constexpr std::uint16_t binding = 0x001;

enum class Attribute : std::uint16_t {
    username = 0x0006,
    message_integrity = 0x0008,
    error_code = 0x0009,
    unknown_attributes = 0x000a,
    message_integrity_sha256 = 0x001c,
    xor_mapped_address = 0x0020,
    priority = 0x0024,
    use_candidate = 0x0025,
    software = 0x8022,
    fingerprint = 0x8028,
    ice_controlled = 0x8029,
    ice_controlling = 0x802a,
};

using TransactionId = std::array<std::uint8_t, 12>;

/// Whether a datagram on a port that serves STUN, DTLS and RTP is STUN: first byte 0 to 3 (RFC 7983 section
/// 7) and the magic cookie.
[[nodiscard]] bool is_stun(base::Bytes datagram);

/// A well-formed message. A view: valid while the datagram is.
class Message {
  public:
    [[nodiscard]] static base::Result<Message> parse(base::Bytes datagram);

    [[nodiscard]] Class message_class() const { return class_; }
    [[nodiscard]] std::uint16_t method() const { return method_; }
    [[nodiscard]] TransactionId transaction() const;

    /// The first of its type; none of those that follow an integrity attribute and are not covered by it.
    [[nodiscard]] std::optional<base::Bytes> find(Attribute type) const;
    [[nodiscard]] std::string_view text(Attribute type) const;
    [[nodiscard]] std::optional<std::uint32_t> number32(Attribute type) const;
    [[nodiscard]] std::optional<std::uint64_t> number64(Attribute type) const;
    [[nodiscard]] std::optional<base::Endpoint> xor_mapped_address() const;
    /// 300 to 699, or nothing.
    [[nodiscard]] std::optional<int> error_code() const;
    /// Types that must be understood (below 0x8000) and are not in `Attribute`.
    [[nodiscard]] std::vector<std::uint16_t> unknown_required() const;

    /// Checks MESSAGE-INTEGRITY-SHA256 if present, else MESSAGE-INTEGRITY; false when there is neither. The
    /// key is the password itself for short-term credentials (RFC 8489 section 9.1.1).
    [[nodiscard]] bool integrity_holds(base::Bytes key) const;
    /// Whether FINGERPRINT is there, last, and right.
    [[nodiscard]] bool fingerprint_holds() const;

  private:
    struct Found {
        std::size_t at; // of the attribute's type field
        base::Bytes value;
    };
    explicit Message(base::Bytes bytes) : bytes_(bytes) {}
    [[nodiscard]] std::optional<Found> locate(Attribute type) const;

    base::Bytes bytes_;
    Class class_{};
    std::uint16_t method_ = 0;
};

/// Writes a message attribute by attribute; integrity and fingerprint come last, in this order.
class Builder {
  public:
    Builder(Class message_class, std::uint16_t method, const TransactionId &transaction);

    Builder &bytes(Attribute type, base::Bytes value);
    Builder &text(Attribute type, std::string_view value) { return bytes(type, base::as_bytes(value)); }
    Builder &number32(Attribute type, std::uint32_t value);
    Builder &number64(Attribute type, std::uint64_t value);
    Builder &flag(Attribute type) { return bytes(type, {}); }
    Builder &xor_mapped_address(const base::Endpoint &address);
    Builder &error(int code, std::string_view reason);
    Builder &unknown(const std::vector<std::uint16_t> &types);
    Builder &integrity(base::Bytes key);
    Builder &fingerprint();

    [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(out_); }

  private:
    void set_length(std::size_t following);

    std::vector<std::uint8_t> out_;
};

} // namespace cord::wire::stun
