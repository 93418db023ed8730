// How TLS derives keys from secrets.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace cord::crypto {

enum class TlsHash : std::uint8_t { sha256, sha384 };

/// RFC 8446 section 7.1: HKDF-Expand-Label(secret, label, "", size).
[[nodiscard]] std::vector<std::uint8_t> expand_label(TlsHash hash, base::Bytes secret, std::string_view label,
                                                     std::size_t size);

/// RFC 5246 section 5: PRF(secret, label, seed), so many bytes of it.
[[nodiscard]] std::vector<std::uint8_t> tls12_prf(TlsHash hash, base::Bytes secret, std::string_view label,
                                                  base::Bytes seed, std::size_t size);

} // namespace cord::crypto
