#include "engine/trace/tls/suite.hpp"

#include <algorithm>
#include <iterator>

namespace cord::engine::trace::tls {
namespace {

using enum crypto::Cipher;
using enum crypto::TlsHash;

constexpr Suite suites[] = {
    {0x1301, "TLS_AES_128_GCM_SHA256", aes128_gcm, sha256},
    {0x1302, "TLS_AES_256_GCM_SHA384", aes256_gcm, sha384},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256", chacha20_poly1305, sha256},
    {0x009C, "TLS_RSA_WITH_AES_128_GCM_SHA256", aes128_gcm, sha256},
    {0x009D, "TLS_RSA_WITH_AES_256_GCM_SHA384", aes256_gcm, sha384},
    {0x009E, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", aes128_gcm, sha256},
    {0x009F, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", aes256_gcm, sha384},
    {0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", aes128_gcm, sha256},
    {0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", aes256_gcm, sha384},
    {0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", aes128_gcm, sha256},
    {0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", aes256_gcm, sha384},
    {0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", chacha20_poly1305, sha256},
    {0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", chacha20_poly1305, sha256},
    {0xCCAA, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", chacha20_poly1305, sha256},
    {0x002F, "TLS_RSA_WITH_AES_128_CBC_SHA", aes128_cbc, sha256, 20},
    {0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", aes128_cbc, sha256, 20},
    {0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA", aes256_cbc, sha256, 20},
    {0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", aes256_cbc, sha256, 20},
    {0x003C, "TLS_RSA_WITH_AES_128_CBC_SHA256", aes128_cbc, sha256, 32},
    {0x003D, "TLS_RSA_WITH_AES_256_CBC_SHA256", aes256_cbc, sha256, 32},
    {0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", aes128_cbc, sha256, 32},
    {0x006B, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", aes256_cbc, sha256, 32},
    {0xC009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", aes128_cbc, sha256, 20},
    {0xC00A, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", aes256_cbc, sha256, 20},
    {0xC013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", aes128_cbc, sha256, 20},
    {0xC014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", aes256_cbc, sha256, 20},
    {0xC023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", aes128_cbc, sha256, 32},
    {0xC024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", aes256_cbc, sha384, 48},
    {0xC027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", aes128_cbc, sha256, 32},
    {0xC028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", aes256_cbc, sha384, 48},
};

} // namespace

const Suite *find_suite(std::uint16_t id) {
    const auto *found =
        std::find_if(std::begin(suites), std::end(suites), [id](const Suite &s) { return s.id == id; });
    return found == std::end(suites) ? nullptr : found;
}

} // namespace cord::engine::trace::tls
