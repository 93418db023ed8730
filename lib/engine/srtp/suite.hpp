// The SRTP crypto suites we speak, under their names in SDES (RFC 4568, 6188, 7714), and master keys for
// them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace cord::engine::srtp {

enum class Suite : std::uint8_t {
    aead_aes_256_gcm,
    aead_aes_128_gcm,
    aes_256_cm_hmac_sha1_80,
    aes_256_cm_hmac_sha1_32,
    aes_cm_128_hmac_sha1_80,
    aes_cm_128_hmac_sha1_32,
};

struct SuiteFacts {
    Suite suite;
    std::string_view sdes_name;
    std::uint8_t key_size;
    std::uint8_t salt_size;
    std::uint8_t rtp_tag;
    std::uint8_t rtcp_tag; // without the index of four bytes
};

/// In our order of preference.
inline constexpr std::array<SuiteFacts, 6> suites{{
    {Suite::aead_aes_256_gcm, "AEAD_AES_256_GCM", 32, 12, 16, 16},
    {Suite::aead_aes_128_gcm, "AEAD_AES_128_GCM", 16, 12, 16, 16},
    {Suite::aes_256_cm_hmac_sha1_80, "AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10},
    {Suite::aes_256_cm_hmac_sha1_32, "AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10},
    {Suite::aes_cm_128_hmac_sha1_80, "AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10},
    {Suite::aes_cm_128_hmac_sha1_32, "AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10},
}};

[[nodiscard]] constexpr const SuiteFacts &facts(Suite suite) {
    return suites[static_cast<std::size_t>(suite)];
}

/// Names compare without case (RFC 4568 section 9.2 has them as tokens; phones write both).
[[nodiscard]] std::optional<Suite> suite_by_name(std::string_view sdes_name);

/// A master key followed by its salt, as SDES and the DTLS exporter carry them.
class MasterKey {
  public:
    MasterKey() = default;
    /// `key_and_salt` has just the size that the suite asks for.
    MasterKey(Suite suite, base::Bytes key_and_salt);

    [[nodiscard]] static constexpr std::size_t size(Suite suite) {
        return std::size_t{facts(suite).key_size} + facts(suite).salt_size;
    }
    [[nodiscard]] Suite suite() const { return suite_; }
    [[nodiscard]] base::Bytes both() const { return bytes_.view().first(size(suite_)); }
    [[nodiscard]] base::Bytes key() const { return both().first(facts(suite_).key_size); }
    [[nodiscard]] base::Bytes salt() const { return both().subspan(facts(suite_).key_size); }

  private:
    Suite suite_{};
    crypto::Secret<46> bytes_;
};

} // namespace cord::engine::srtp
