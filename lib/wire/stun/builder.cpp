#include <array>

#include "crypto/digest.hpp"
#include "wire/stun/format.hpp"
#include "wire/stun/message.hpp"

namespace cord::wire::stun {
namespace {

/// CRC-32 of ITU-T V.42, a byte at a time.
constexpr std::array<std::uint32_t, 256> crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t n = 0; n < 256; ++n) {
        std::uint32_t c = n;
        for (int bit = 0; bit < 8; ++bit)
            c = (c & 1) != 0 ? 0xedb88320 ^ c >> 1 : c >> 1;
        table[n] = c;
    }
    return table;
}();

} // namespace

std::uint32_t fingerprint_of(base::Bytes covered) {
    std::uint32_t crc = 0xffffffff;
    for (std::uint8_t byte : covered)
        crc = crc_table[(crc ^ byte) & 0xff] ^ crc >> 8;
    // RFC 8489 section 14.7: XOR'ed with the 32-bit value 0x5354554e.
    return ~crc ^ 0x5354554e;
}

Builder::Builder(Class message_class, std::uint16_t method, const TransactionId &transaction) {
    out_.reserve(128);
    base::ByteWriter w(out_);
    auto c = static_cast<unsigned>(message_class);
    // The class sits between the bits of the method (RFC 8489 section 5, figure 3).
    w.u16(static_cast<std::uint16_t>((method & 0x000f) | (c & 1) << 4 | (method & 0x0070) << 1 |
                                     (c & 2) << 7 | (method & 0x0f80) << 2));
    w.u16(0);
    w.u32(magic_cookie);
    w.bytes(transaction);
}

Builder &Builder::bytes(Attribute type, base::Bytes value) {
    base::ByteWriter w(out_);
    w.u16(static_cast<std::uint16_t>(type));
    w.u16(static_cast<std::uint16_t>(value.size()));
    w.bytes(value);
    while (out_.size() % 4 != 0)
        w.u8(0);
    set_length(0);
    return *this;
}

Builder &Builder::number32(Attribute type, std::uint32_t value) {
    std::array<std::uint8_t, 4> field;
    base::store32(field.data(), value);
    return bytes(type, field);
}

Builder &Builder::number64(Attribute type, std::uint64_t value) {
    std::array<std::uint8_t, 8> field;
    base::store32(field.data(), static_cast<std::uint32_t>(value >> 32));
    base::store32(field.data() + 4, static_cast<std::uint32_t>(value));
    return bytes(type, field);
}

Builder &Builder::xor_mapped_address(const base::Endpoint &address) {
    std::array<std::uint8_t, 20> field{};
    const std::size_t size = address.ip.v6 ? 16 : 4;
    field[1] = address.ip.v6 ? family_v6 : family_v4;
    base::store16(&field[2], static_cast<std::uint16_t>(address.port ^ magic_cookie >> 16));
    // RFC 8489 section 14.2: IPv6 is XOR'ed with the concatenation of the magic cookie and the transaction
    // ID.
    for (std::size_t i = 0; i < size; ++i)
        field[4 + i] = address.ip.bytes[i] ^ out_[4 + i];
    return bytes(Attribute::xor_mapped_address, base::Bytes(field).first(4 + size));
}

Builder &Builder::error(int code, std::string_view reason) {
    std::vector<std::uint8_t> field{0, 0, static_cast<std::uint8_t>(code / 100),
                                    static_cast<std::uint8_t>(code % 100)};
    base::ByteWriter(field).text(reason);
    return bytes(Attribute::error_code, field);
}

Builder &Builder::unknown(const std::vector<std::uint16_t> &types) {
    std::vector<std::uint8_t> field;
    for (std::uint16_t type : types)
        base::ByteWriter(field).u16(type);
    return bytes(Attribute::unknown_attributes, field);
}

Builder &Builder::integrity(base::Bytes key) {
    set_length(24);
    return bytes(Attribute::message_integrity, crypto::hmac(crypto::Hash::sha1, key, {out_}).view());
}

Builder &Builder::fingerprint() {
    set_length(8);
    return number32(Attribute::fingerprint, fingerprint_of(out_));
}

void Builder::set_length(std::size_t following) {
    base::store16(&out_[2], static_cast<std::uint16_t>(out_.size() - header_size + following));
}

} // namespace cord::wire::stun
