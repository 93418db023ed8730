#include "wire/stun/message.hpp"

#include <algorithm>

#include "crypto/digest.hpp"
#include "wire/stun/format.hpp"

namespace cord::wire::stun {
namespace {

using base::Bytes;
using base::fail;
using base::load16;
using base::load32;

constexpr std::size_t padded(std::size_t n) { return (n + 3) & ~std::size_t{3}; }

bool is_known(std::uint16_t type) {
    switch (Attribute{type}) {
    case Attribute::username:
    case Attribute::message_integrity:
    case Attribute::error_code:
    case Attribute::unknown_attributes:
    case Attribute::message_integrity_sha256:
    case Attribute::xor_mapped_address:
    case Attribute::priority:
    case Attribute::use_candidate:
    case Attribute::software:
    case Attribute::fingerprint:
    case Attribute::ice_controlled:
    case Attribute::ice_controlling: return true;
    }
    return false;
}

/// Calls `each(type, at, value)` for the attributes of a well-formed message until it returns false.
template <class F>
void walk(Bytes message, F &&each) {
    for (std::size_t at = header_size; at < message.size();) {
        std::size_t length = load16(&message[at + 2]);
        if (!each(Attribute{load16(&message[at])}, at, message.subspan(at + 4, length)))
            return;
        at += 4 + padded(length);
    }
}

} // namespace

bool is_stun(Bytes datagram) {
    return datagram.size() >= header_size && datagram[0] < 4 && load32(&datagram[4]) == magic_cookie;
}

base::Result<Message> Message::parse(Bytes datagram) {
    if (datagram.size() < header_size)
        return fail("shorter than a STUN header", datagram.size());
    // RFC 8489 section 5: The most significant 2 bits of every STUN message MUST be zeroes.
    if (datagram[0] >= 0x40)
        return fail("not STUN: the first two bits are not zero");
    if (load32(&datagram[4]) != magic_cookie)
        return fail("no magic cookie", 4);
    if (load16(&datagram[2]) != datagram.size() - header_size)
        return fail("the STUN length is not that of the datagram", 2);
    for (std::size_t at = header_size; at < datagram.size();) {
        if (datagram.size() - at < 4)
            return fail("an attribute ends early", at);
        std::size_t length = padded(load16(&datagram[at + 2]));
        if (datagram.size() - at - 4 < length)
            return fail("an attribute is longer than the message", at);
        at += 4 + length;
    }
    Message message(datagram);
    std::uint16_t type = load16(datagram.data());
    message.class_ = Class((type >> 7 & 2) | (type >> 4 & 1));
    message.method_ =
        static_cast<std::uint16_t>((type & 0x000f) | (type >> 1 & 0x0070) | (type >> 2 & 0x0f80));
    return message;
}

TransactionId Message::transaction() const {
    TransactionId id;
    std::copy_n(bytes_.begin() + 8, id.size(), id.begin());
    return id;
}

std::optional<Message::Found> Message::locate(Attribute type) const {
    std::optional<Found> found;
    bool covered = true;
    walk(bytes_, [&](Attribute each, std::size_t at, Bytes value) {
        // RFC 8489 section 14.5: With the exception of the MESSAGE-INTEGRITY-SHA256 and FINGERPRINT
        // attributes, agents MUST ignore all other attributes that follow MESSAGE-INTEGRITY.
        if (each == type &&
            (covered || each == Attribute::message_integrity_sha256 || each == Attribute::fingerprint))
            found = Found{at, value};
        covered &= each != Attribute::message_integrity && each != Attribute::message_integrity_sha256;
        return !found;
    });
    return found;
}

std::optional<Bytes> Message::find(Attribute type) const {
    auto found = locate(type);
    return found ? std::optional(found->value) : std::nullopt;
}

std::string_view Message::text(Attribute type) const { return base::as_text(find(type).value_or(Bytes{})); }

std::optional<std::uint32_t> Message::number32(Attribute type) const {
    auto value = find(type);
    return value && value->size() == 4 ? std::optional(load32(value->data())) : std::nullopt;
}

std::optional<std::uint64_t> Message::number64(Attribute type) const {
    auto value = find(type);
    return value && value->size() == 8 ? std::optional(base::ByteReader(*value).u64()) : std::nullopt;
}

std::optional<base::Endpoint> Message::xor_mapped_address() const {
    auto value = find(Attribute::xor_mapped_address);
    if (!value || (value->size() != 8 && value->size() != 20))
        return std::nullopt;
    base::Endpoint endpoint;
    endpoint.ip.v6 = value->size() == 20;
    if ((*value)[1] != (endpoint.ip.v6 ? family_v6 : family_v4))
        return std::nullopt;
    endpoint.port = static_cast<std::uint16_t>(load16(&(*value)[2]) ^ magic_cookie >> 16);
    for (std::size_t i = 0; i < value->size() - 4; ++i)
        endpoint.ip.bytes[i] = (*value)[4 + i] ^ bytes_[4 + i];
    return endpoint;
}

std::optional<int> Message::error_code() const {
    auto value = find(Attribute::error_code);
    if (!value || value->size() < 4)
        return std::nullopt;
    int hundreds = (*value)[2] & 7;
    int rest = (*value)[3];
    return hundreds >= 3 && hundreds <= 6 && rest < 100 ? std::optional(hundreds * 100 + rest) : std::nullopt;
}

std::vector<std::uint16_t> Message::unknown_required() const {
    std::vector<std::uint16_t> types;
    walk(bytes_, [&](Attribute each, std::size_t, Bytes) {
        auto type = static_cast<std::uint16_t>(each);
        if (type < 0x8000 && !is_known(type) && std::find(types.begin(), types.end(), type) == types.end())
            types.push_back(type);
        return types.size() < 16;
    });
    return types;
}

bool Message::integrity_holds(Bytes key) const {
    bool sha256 = true;
    auto found = locate(Attribute::message_integrity_sha256);
    if (!found) {
        sha256 = false;
        found = locate(Attribute::message_integrity);
    }
    if (!found)
        return false;
    // RFC 8489 sections 14.5 and 14.6: 20 bytes of SHA-1, or SHA-256 cut to no less than 16 bytes.
    std::size_t size = found->value.size();
    if (sha256 ? size < 16 || size > 32 || size % 4 != 0 : size != 20)
        return false;
    // The length field counts as if the message ended with the integrity attribute.
    std::array<std::uint8_t, 4> start;
    std::copy_n(bytes_.begin(), 4, start.begin());
    base::store16(&start[2], static_cast<std::uint16_t>(found->at + 4 + size - header_size));
    auto mac = crypto::hmac(sha256 ? crypto::Hash::sha256 : crypto::Hash::sha1, key,
                            {start, bytes_.subspan(4, found->at - 4)});
    return crypto::equal_constant_time(mac.view().first(size), found->value);
}

bool Message::fingerprint_holds() const {
    auto found = locate(Attribute::fingerprint);
    if (!found || found->value.size() != 4 || found->at + 8 != bytes_.size())
        return false;
    return load32(found->value.data()) == fingerprint_of(bytes_.first(found->at));
}

} // namespace cord::wire::stun
