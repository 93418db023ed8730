#include "engine/srtp/session_keys.hpp"

#include <algorithm>
#include <memory>

#include <openssl/evp.h>

#include "base/result.hpp"

namespace cord::engine::srtp {
namespace {

/// RFC 3711 section 4.3.2.
enum class Label : std::uint8_t {
    rtp_cipher,
    rtp_authentication,
    rtp_salt,
    rtcp_cipher,
    rtcp_authentication,
    rtcp_salt
};

/// Section 4.3.3: the key stream of AES in counter mode under the master key, from x = salt XOR label.
void derive(const MasterKey &master, Label label, base::MutableBytes out) {
    std::array<std::uint8_t, 16> iv{};
    std::ranges::copy(master.salt(),
                      iv.begin()); // RFC 7714 section 11: a salt of 12 bytes is padded to 14 with zeros
    iv[7] ^= static_cast<std::uint8_t>(label);
    std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                            EVP_CIPHER_CTX_free);
    const EVP_CIPHER *cipher = master.key().size() == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
    std::ranges::fill(out, 0);
    int written = 0;
    CORD_ASSERT(EVP_EncryptInit_ex2(context.get(), cipher, master.key().data(), iv.data(), nullptr) == 1 &&
                EVP_EncryptUpdate(context.get(), out.data(), &written, out.data(),
                                  static_cast<int>(out.size())) == 1);
}

} // namespace

BothSessionKeys derive(const MasterKey &master) {
    const std::size_t key = master.key().size();
    const std::size_t salt = master.salt().size();
    BothSessionKeys both;
    derive(master, Label::rtp_cipher, both.rtp.cipher.edit().first(key));
    derive(master, Label::rtp_authentication, both.rtp.authentication.edit());
    derive(master, Label::rtp_salt, both.rtp.salt.edit().first(salt));
    derive(master, Label::rtcp_cipher, both.rtcp.cipher.edit().first(key));
    derive(master, Label::rtcp_authentication, both.rtcp.authentication.edit());
    derive(master, Label::rtcp_salt, both.rtcp.salt.edit().first(salt));
    return both;
}

} // namespace cord::engine::srtp
