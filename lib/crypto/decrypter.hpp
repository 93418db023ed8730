// Opening what TLS records hold: AES-GCM and ChaCha20-Poly1305 (RFC 5116), and AES-CBC, which proves nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.hpp"

// OpenSSL's own name; its headers stay in .cpp files.
struct evp_cipher_ctx_st;

namespace cord::crypto {

enum class Cipher : std::uint8_t { aes128_gcm, aes256_gcm, chacha20_poly1305, aes128_cbc, aes256_cbc };

[[nodiscard]] constexpr bool is_aead(Cipher c) { return c <= Cipher::chacha20_poly1305; }
[[nodiscard]] constexpr std::size_t key_size(Cipher c) {
    return c == Cipher::aes128_gcm || c == Cipher::aes128_cbc ? 16 : 32;
}

class Decrypter {
  public:
    /// `key` has key_size(cipher) bytes.
    Decrypter(Cipher cipher, base::Bytes key);
    ~Decrypter();
    Decrypter(Decrypter &&) noexcept;
    Decrypter &operator=(Decrypter &&) noexcept;

    /// AEAD: `sealed` ends with a tag of 16 bytes, the nonce has 12. False when it was not sealed so; `out`
    /// is then of no use.
    [[nodiscard]] bool open(base::Bytes nonce, base::Bytes associated, base::Bytes sealed,
                            std::vector<std::uint8_t> &out);
    /// CBC without padding: whole blocks of 16 bytes, the initialisation vector has 16.
    [[nodiscard]] bool decrypt(base::Bytes vector, base::Bytes blocks, std::vector<std::uint8_t> &out);

  private:
    struct Free {
        void operator()(evp_cipher_ctx_st *context) const;
    };
    std::unique_ptr<evp_cipher_ctx_st, Free> context_;
};

} // namespace cord::crypto
