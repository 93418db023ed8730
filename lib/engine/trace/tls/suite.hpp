// The cipher suites that can be opened, as the registry of TLS parameters names them.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/decrypter.hpp"
#include "crypto/tls_keys.hpp"

namespace cord::engine::trace::tls {

struct Suite {
    std::uint16_t id;
    std::string_view name;
    crypto::Cipher cipher;
    crypto::TlsHash hash; ///< Of the key derivation.
    std::size_t mac = 0;  ///< Bytes of MAC behind what CBC encrypts.
};

/// Nothing for a suite that is not in the table.
[[nodiscard]] const Suite *find_suite(std::uint16_t id);

} // namespace cord::engine::trace::tls
