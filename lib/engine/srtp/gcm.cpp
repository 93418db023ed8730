// AES-GCM (RFC 7714).
#include <openssl/evp.h>

#include "base/result.hpp"
#include "engine/srtp/transform.hpp"

namespace cord::engine::srtp {
namespace {

constexpr std::size_t tag_size = 16;

class Gcm final : public Transform {
  public:
    Gcm(const SuiteFacts &suite, const SessionKeys &keys, Direction direction)
        : context_(EVP_CIPHER_CTX_new()), salt_(keys.salt), encrypts_(direction == Direction::outbound) {
        const EVP_CIPHER *cipher = suite.key_size == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
        CORD_ASSERT(EVP_CipherInit_ex2(context_.get(), cipher, keys.cipher.view().data(), nullptr,
                                       encrypts_ ? 1 : 0, nullptr) == 1);
    }

    void seal_rtp(Job &job) override {
        begin(rtp_iv(job));
        authenticate({job.data, job.clear});
        seal(job);
    }

    [[nodiscard]] bool open_rtp(Job &job) override {
        begin(rtp_iv(job));
        job.size -= tag_size;
        expect_tag(job.data + job.size);
        authenticate({job.data, job.clear});
        return open(job);
    }

    // Section 9.3: the associated data of SRTCP are the first 8 bytes and the index word, which follows the
    // tag.
    void seal_rtcp(Job &job) override {
        const IndexWord word = index_word(static_cast<std::uint32_t>(job.index) | encrypted_bit);
        begin(rtcp_iv(job));
        authenticate({job.data, job.clear});
        authenticate(word);
        seal(job);
        std::copy(word.begin(), word.end(), job.data + job.size);
        job.size += word.size();
    }

    [[nodiscard]] bool open_rtcp(Job &job, std::uint32_t word) override {
        begin(rtcp_iv(job));
        job.size -= tag_size + 4;
        expect_tag(job.data + job.size);
        // Without the E bit everything is associated data, and nothing is encrypted.
        if ((word & encrypted_bit) == 0)
            job.clear = job.size;
        authenticate({job.data, job.clear});
        authenticate(index_word(word));
        return open(job);
    }

    [[nodiscard]] std::size_t index_word_at(std::size_t size) const override { return size - 4; }

  private:
    using Iv = std::array<std::uint8_t, 12>;
    using IndexWord = std::array<std::uint8_t, 4>;

    static IndexWord index_word(std::uint32_t word) {
        IndexWord field;
        base::store32(field.data(), word);
        return field;
    }

    /// Section 8.1: 00 00, SSRC, ROC, SEQ, and the salt over it.
    [[nodiscard]] Iv rtp_iv(const Job &job) const {
        Iv iv{};
        base::store32(&iv[2], job.ssrc);
        base::store32(&iv[6], static_cast<std::uint32_t>(job.index >> 16));
        base::store16(&iv[10], static_cast<std::uint16_t>(job.index));
        return salted(iv);
    }

    /// Section 9.1: 00 00, SSRC, 00 00, SRTCP index.
    [[nodiscard]] Iv rtcp_iv(const Job &job) const {
        Iv iv{};
        base::store32(&iv[2], job.ssrc);
        base::store32(&iv[8], static_cast<std::uint32_t>(job.index));
        return salted(iv);
    }

    [[nodiscard]] Iv salted(Iv iv) const {
        for (std::size_t n = 0; n < iv.size(); ++n)
            iv[n] ^= salt_.view()[n];
        return iv;
    }

    void begin(const Iv &iv) {
        CORD_ASSERT(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, iv.data(), -1, nullptr) == 1);
    }

    void expect_tag(std::uint8_t *tag) {
        CORD_ASSERT(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag) == 1);
    }

    void authenticate(base::Bytes data) {
        int n = 0;
        CORD_ASSERT(
            EVP_CipherUpdate(context_.get(), nullptr, &n, data.data(), static_cast<int>(data.size())) == 1);
    }

    void crypt(const Job &job) {
        int n = 0;
        CORD_ASSERT(EVP_CipherUpdate(context_.get(), job.data + job.clear, &n, job.data + job.clear,
                                     static_cast<int>(job.size - job.clear)) == 1);
    }

    void seal(Job &job) {
        int n = 0;
        crypt(job);
        CORD_ASSERT(
            EVP_CipherFinal_ex(context_.get(), nullptr, &n) == 1 &&
            EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, job.data + job.size) == 1);
        job.size += tag_size;
    }

    [[nodiscard]] bool open(Job &job) {
        int n = 0;
        crypt(job);
        return EVP_CipherFinal_ex(context_.get(), nullptr, &n) == 1;
    }

    CipherContext context_;
    crypto::Secret<14> salt_;
    bool encrypts_;
};

} // namespace

std::unique_ptr<Transform> make_gcm(const SuiteFacts &suite, const SessionKeys &keys, Direction direction) {
    return std::make_unique<Gcm>(suite, keys, direction);
}

} // namespace cord::engine::srtp
