// AES in counter mode with HMAC-SHA1 (RFC 3711 sections 4.1.1 and 4.2.1).
// OpenSSL calls the SHA1_ functions deprecated, for EVP can do the same; but EVP allocates a new context for
// each HMAC, and a copy of two saved states costs nothing.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <algorithm>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "engine/srtp/transform.hpp"

namespace cord::engine::srtp {

void CipherFree::operator()(evp_cipher_ctx_st *context) const { EVP_CIPHER_CTX_free(context); }

namespace {

using Mac = std::array<std::uint8_t, SHA_DIGEST_LENGTH>;

/// RFC 2104 with the states after the two padded keys saved.
class HmacSha1 {
  public:
    explicit HmacSha1(base::Bytes key) : inner_(state_after(key, 0x36)), outer_(state_after(key, 0x5c)) {}
    ~HmacSha1() {
        crypto::wipe({reinterpret_cast<std::uint8_t *>(&inner_), sizeof inner_});
        crypto::wipe({reinterpret_cast<std::uint8_t *>(&outer_), sizeof outer_});
    }

    [[nodiscard]] Mac of(base::Bytes first, base::Bytes second) const {
        Mac mac;
        SHA_CTX state = inner_;
        SHA1_Update(&state, first.data(), first.size());
        SHA1_Update(&state, second.data(), second.size());
        SHA1_Final(mac.data(), &state);
        state = outer_;
        SHA1_Update(&state, mac.data(), mac.size());
        SHA1_Final(mac.data(), &state);
        return mac;
    }

  private:
    static SHA_CTX state_after(base::Bytes key, std::uint8_t pad) {
        crypto::Secret<SHA_CBLOCK> block;
        std::ranges::copy(key, block.edit().begin());
        for (std::uint8_t &byte : block.edit())
            byte ^= pad;
        SHA_CTX state;
        SHA1_Init(&state);
        SHA1_Update(&state, block.view().data(), block.view().size());
        return state;
    }

    SHA_CTX inner_;
    SHA_CTX outer_;
};

class CounterMode final : public Transform {
  public:
    CounterMode(const SuiteFacts &suite, const SessionKeys &keys, std::size_t tag)
        : context_(EVP_CIPHER_CTX_new()), hmac_(keys.authentication.view()), salt_(keys.salt), tag_(tag) {
        const EVP_CIPHER *cipher = suite.key_size == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
        CORD_ASSERT(
            EVP_EncryptInit_ex2(context_.get(), cipher, keys.cipher.view().data(), nullptr, nullptr) == 1);
    }

    void seal_rtp(Job &job) override {
        crypt(job, job.size);
        append_tag(job, hmac_.of({job.data, job.size}, rollover(job)));
    }

    [[nodiscard]] bool open_rtp(Job &job) override {
        if (!take_tag(job, rollover(job)))
            return false;
        crypt(job, job.size);
        return true;
    }

    void seal_rtcp(Job &job) override {
        crypt(job, job.size);
        base::store32(job.data + job.size, static_cast<std::uint32_t>(job.index) | encrypted_bit);
        job.size += 4;
        append_tag(job, hmac_.of({job.data, job.size}, {}));
    }

    [[nodiscard]] bool open_rtcp(Job &job, std::uint32_t word) override {
        if (!take_tag(job, {}))
            return false;
        job.size -= 4;
        if ((word & encrypted_bit) != 0)
            crypt(job, job.size);
        return true;
    }

    [[nodiscard]] std::size_t index_word_at(std::size_t size) const override { return size - tag_ - 4; }

  private:
    using Rollover = std::array<std::uint8_t, 4>;

    /// RFC 3711 section 4.2: M is the authenticated portion followed by the rollover counter.
    static Rollover rollover(const Job &job) {
        Rollover field;
        base::store32(field.data(), static_cast<std::uint32_t>(job.index >> 16));
        return field;
    }

    void append_tag(Job &job, const Mac &mac) const {
        std::copy_n(mac.begin(), tag_, job.data + job.size);
        job.size += tag_;
    }

    [[nodiscard]] bool take_tag(Job &job, base::Bytes behind) const {
        job.size -= tag_;
        Mac mac = hmac_.of({job.data, job.size}, behind);
        return crypto::equal_constant_time(base::Bytes(mac).first(tag_), {job.data + job.size, tag_});
    }

    /// Section 4.1.1: IV = (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16).
    void crypt(const Job &job, std::size_t end) {
        std::array<std::uint8_t, 16> iv{};
        std::array<std::uint8_t, 14> mask{};
        base::store32(&mask[4], job.ssrc);
        base::store16(&mask[8], static_cast<std::uint16_t>(job.index >> 32));
        base::store32(&mask[10], static_cast<std::uint32_t>(job.index));
        for (std::size_t n = 0; n < mask.size(); ++n)
            iv[n] = salt_.view()[n] ^ mask[n];
        int written = 0;
        CORD_ASSERT(EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, iv.data(), nullptr) == 1 &&
                    EVP_EncryptUpdate(context_.get(), job.data + job.clear, &written, job.data + job.clear,
                                      static_cast<int>(end - job.clear)) == 1);
    }

    CipherContext context_;
    HmacSha1 hmac_;
    crypto::Secret<14> salt_;
    std::size_t tag_;
};

} // namespace

std::unique_ptr<Transform> make_counter_mode(const SuiteFacts &suite, const SessionKeys &keys,
                                             std::size_t tag) {
    return std::make_unique<CounterMode>(suite, keys, tag);
}

} // namespace cord::engine::srtp
