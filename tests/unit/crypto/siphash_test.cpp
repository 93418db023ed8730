#include "crypto/siphash.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>
#include <string>

#include "support/catch.hpp"

using namespace cord;

namespace {

std::uint64_t by_openssl(base::Bytes key, std::string_view text) {
    std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, "SIPHASH", nullptr),
                                                          EVP_MAC_free);
    std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(EVP_MAC_CTX_new(mac.get()),
                                                                      EVP_MAC_CTX_free);
    unsigned size = 8;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_SIZE, &size),
                                 OSSL_PARAM_construct_end()};
    REQUIRE(EVP_MAC_init(context.get(), key.data(), key.size(), params) == 1);
    const base::Bytes bytes = base::as_bytes(text);
    REQUIRE(EVP_MAC_update(context.get(), bytes.data(), bytes.size()) == 1);
    std::uint64_t out = 0; // written in little endian, as the machines we run on have it
    std::size_t written = 0;
    REQUIRE(EVP_MAC_final(context.get(), reinterpret_cast<std::uint8_t *>(&out), &written, sizeof out) == 1);
    return out;
}

} // namespace

TEST_CASE("SipHash is the paper's, and OpenSSL's", "[crypto]") {
    std::array<std::uint8_t, 16> key;
    std::string text;
    for (std::uint8_t i = 0; i < 16; ++i)
        key[i] = i;
    for (char c = 0; c < 15; ++c)
        text += c;
    CHECK(crypto::SipHash(key)(text) == 0xa129ca6149be45e5); // appendix A of the paper

    base::SeededRandom random(1);
    for (std::size_t n = 0; n < 300; ++n) {
        random.fill(key);
        text = random.token(n);
        CAPTURE(n);
        CHECK(crypto::SipHash(key)(text) == by_openssl(key, text));
    }
}
