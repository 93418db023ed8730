#include "engine/trace/tls/protection.hpp"

#include <algorithm>
#include <array>

namespace cord::engine::trace::tls {
namespace {

using base::Bytes;

constexpr std::size_t header_size = 5;
constexpr std::size_t tag_size = 16;
constexpr std::size_t block = 16;

std::size_t hash_size(const Suite &suite) { return suite.hash == crypto::TlsHash::sha256 ? 32 : 48; }

using Nonce = std::array<std::uint8_t, 12>;

// RFC 8446 section 5.3, RFC 7905 section 2: "The 64-bit record sequence number is encoded in network byte
// order and padded to the left with zeros to iv_length. The padded sequence number is XORed with [the] iv".
Nonce xored(Bytes vector, std::uint64_t sequence) {
    Nonce out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t from_right = out.size() - 1 - i;
        const auto byte =
            from_right < 8 ? static_cast<std::uint8_t>(sequence >> 8 * from_right) : std::uint8_t{0};
        out[i] = static_cast<std::uint8_t>(vector[i] ^ byte);
    }
    return out;
}

// RFC 5288 section 3: four bytes of the key block, then eight that the record carries.
Nonce joined(Bytes salt, Bytes carried) {
    Nonce out{};
    std::copy(salt.begin(), salt.end(), out.begin());
    std::copy(carried.begin(), carried.end(), out.begin() + 4);
    return out;
}

} // namespace

Protection::Protection(const Suite &suite, Bytes key, Bytes vector)
    : suite_(&suite), decrypter_(suite.cipher, key), vector_(vector.begin(), vector.end()) {}

// RFC 8446 section 7.3: "[sender]_write_key = HKDF-Expand-Label(Secret, "key", "", key_length)".
Protection Protection::tls13(const Suite &suite, Bytes secret) {
    Protection out(suite, crypto::expand_label(suite.hash, secret, "key", crypto::key_size(suite.cipher)),
                   crypto::expand_label(suite.hash, secret, "iv", sizeof(Nonce)));
    out.secret_.assign(secret.begin(), secret.end());
    return out;
}

Protection Protection::tls12(const Suite &suite, Bytes key, Bytes vector, bool encrypt_then_mac) {
    Protection out(suite, key, vector);
    out.encrypt_then_mac_ = encrypt_then_mac;
    return out;
}

Protection Protection::next() const {
    return tls13(*suite_, crypto::expand_label(suite_->hash, secret_, "traffic upd", hash_size(*suite_)));
}

std::optional<Opened> Protection::open(const Record &record, unsigned skips) {
    if (!crypto::is_aead(suite_->cipher))
        return open_cbc(record) ? inner(record) : std::nullopt;
    for (unsigned skip = 0; skip <= skips; ++skip)
        if (open_aead(record, sequence_ + skip)) {
            sequence_ += skip + 1;
            return inner(record);
        }
    return std::nullopt;
}

bool Protection::open_aead(const Record &record, std::uint64_t sequence) {
    Bytes sealed = record.body();
    if (!secret_.empty()) // RFC 8446 section 5.2: the additional data are the record's header.
        return decrypter_.open(xored(vector_, sequence), record.whole.first(header_size), sealed, text_);
    const bool explicit_nonce = suite_->cipher != crypto::Cipher::chacha20_poly1305;
    const std::size_t carried = explicit_nonce ? 8 : 0;
    if (sealed.size() < carried + tag_size)
        return false;
    const Nonce nonce = explicit_nonce ? joined(vector_, sealed.first(8)) : xored(vector_, sequence);
    sealed = sealed.subspan(carried);
    // RFC 5246 section 6.2.3.3: sequence number, type, version and length of what was sealed.
    std::vector<std::uint8_t> associated;
    base::ByteWriter w(associated);
    w.u64(sequence);
    w.u8(static_cast<std::uint8_t>(record.type));
    w.u16(record.version);
    w.u16(static_cast<std::uint16_t>(sealed.size() - tag_size));
    return decrypter_.open(nonce, associated, sealed, text_);
}

// RFC 5246 section 6.2.3.2: a vector, then the text with its MAC and padding, whose length is the last byte.
// RFC 7366 section 3 has the MAC behind what is encrypted. It is not checked: there is nobody to be warned.
bool Protection::open_cbc(const Record &record) {
    Bytes sealed = record.body();
    const std::size_t outside = encrypt_then_mac_ ? suite_->mac : 0;
    if (sealed.size() < block * 2 + outside)
        return false;
    sealed = sealed.first(sealed.size() - outside);
    if (sealed.size() % block != 0 || !decrypter_.decrypt(sealed.first(block), sealed.subspan(block), text_))
        return false;
    const std::size_t behind = text_.back() + std::size_t{1} + (encrypt_then_mac_ ? 0 : suite_->mac);
    if (behind > text_.size())
        return false;
    text_.resize(text_.size() - behind);
    return true;
}

// RFC 8446 section 5.2: the type stands behind the text, zeros behind that.
std::optional<Opened> Protection::inner(const Record &record) const {
    if (secret_.empty())
        return Opened{record.type, text_};
    std::size_t size = text_.size();
    while (size > 0 && text_[size - 1] == 0)
        --size;
    if (size == 0)
        return std::nullopt;
    return Opened{static_cast<ContentType>(text_[size - 1]), Bytes(text_).first(size - 1)};
}

} // namespace cord::engine::trace::tls
