#include "crypto/decrypter.hpp"

#include <openssl/evp.h>

#include "base/result.hpp"

namespace cord::crypto {
namespace {

constexpr std::size_t tag_size = 16;

const EVP_CIPHER *evp_cipher(Cipher cipher) {
    switch (cipher) {
    case Cipher::aes128_gcm: return EVP_aes_128_gcm();
    case Cipher::aes256_gcm: return EVP_aes_256_gcm();
    case Cipher::chacha20_poly1305: return EVP_chacha20_poly1305();
    case Cipher::aes128_cbc: return EVP_aes_128_cbc();
    case Cipher::aes256_cbc: return EVP_aes_256_cbc();
    }
    return nullptr;
}

// Appends what comes out; false when OpenSSL refuses.
bool update(EVP_CIPHER_CTX *context, base::Bytes in, std::vector<std::uint8_t> &out) {
    out.resize(in.size() + tag_size); // a block more, for CBC
    int written = 0;
    const bool ok =
        EVP_DecryptUpdate(context, out.data(), &written, in.data(), static_cast<int>(in.size())) == 1;
    out.resize(ok ? static_cast<std::size_t>(written) : 0);
    return ok;
}

} // namespace

void Decrypter::Free::operator()(evp_cipher_ctx_st *context) const { EVP_CIPHER_CTX_free(context); }

Decrypter::Decrypter(Cipher cipher, base::Bytes key) : context_(EVP_CIPHER_CTX_new()) {
    CORD_ASSERT(key.size() == key_size(cipher));
    const bool ok =
        EVP_DecryptInit_ex(context_.get(), evp_cipher(cipher), nullptr, key.data(), nullptr) == 1 &&
        EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1;
    CORD_ASSERT(ok);
}

Decrypter::~Decrypter() = default;
Decrypter::Decrypter(Decrypter &&) noexcept = default;
Decrypter &Decrypter::operator=(Decrypter &&) noexcept = default;

bool Decrypter::open(base::Bytes nonce, base::Bytes associated, base::Bytes sealed,
                     std::vector<std::uint8_t> &out) {
    CORD_ASSERT(nonce.size() == 12);
    if (sealed.size() < tag_size)
        return false;
    const base::Bytes text = sealed.first(sealed.size() - tag_size);
    std::vector<std::uint8_t> tag(sealed.end() - tag_size, sealed.end());
    int ignored = 0;
    std::uint8_t none[tag_size];
    return EVP_DecryptInit_ex(context_.get(), nullptr, nullptr, nullptr, nonce.data()) == 1 &&
           EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1 &&
           EVP_DecryptUpdate(context_.get(), nullptr, &ignored, associated.data(),
                             static_cast<int>(associated.size())) == 1 &&
           update(context_.get(), text, out) && EVP_DecryptFinal_ex(context_.get(), none, &ignored) == 1;
}

bool Decrypter::decrypt(base::Bytes vector, base::Bytes blocks, std::vector<std::uint8_t> &out) {
    CORD_ASSERT(vector.size() == 16);
    return EVP_DecryptInit_ex(context_.get(), nullptr, nullptr, nullptr, vector.data()) == 1 &&
           update(context_.get(), blocks, out) && out.size() == blocks.size();
}

} // namespace cord::crypto
