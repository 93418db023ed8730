// Message digests and HMAC on OpenSSL's EVP, fetched once for the life of the process.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace cord::crypto {

enum class Hash { md5, sha1, sha256, sha512_256 };

/// A digest's bytes: only the first `size` of them count.
struct DigestBytes {
    std::array<std::uint8_t, 32> bytes{};
    std::size_t size = 0;

    [[nodiscard]] base::Bytes view() const { return {bytes.data(), size}; }
};

/// The digest of the pieces one after another, without joining them first.
[[nodiscard]] DigestBytes digest(Hash hash, std::initializer_list<std::string_view> pieces);

/// The same in lower-case hexadecimal: `hex_digest(Hash::md5, {user, ":", realm, ":", password})`.
[[nodiscard]] std::string hex_digest(Hash hash, std::initializer_list<std::string_view> pieces);

/// RFC 2104, over pieces one after another.
[[nodiscard]] DigestBytes hmac(Hash hash, base::Bytes key, std::initializer_list<base::Bytes> pieces);

/// Whether both are the same, in a time that tells nothing about where they differ.
[[nodiscard]] bool equal_constant_time(base::Bytes a, base::Bytes b);

} // namespace cord::crypto
