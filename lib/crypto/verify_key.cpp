#include "crypto/verify_key.hpp"

#include <algorithm>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/bytes.hpp"
#include "crypto/digest.hpp"

namespace cord::crypto {
namespace {

using base::fail;
using base::Result;

constexpr int least_rsa_bits = 2048;
constexpr std::size_t coordinate = 32, least_secret = 32;

template <class T, void (*Free)(T *)>
struct Freed {
    void operator()(T *object) const { Free(object); }
};
template <class T, void (*Free)(T *)>
using Owned = std::unique_ptr<T, Freed<T, Free>>;
using Number = Owned<BIGNUM, BN_free>;

std::shared_ptr<EVP_PKEY> own(EVP_PKEY *key) { return {key, EVP_PKEY_free}; }

const unsigned char *bytes(std::string_view s) { return reinterpret_cast<const unsigned char *>(s.data()); }

Number number(std::string_view big_endian) {
    return Number(BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

/// A public key of its parameters; null when they make none.
template <class Push>
std::shared_ptr<EVP_PKEY> make_key(const char *type, Push &&push) {
    Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
    push(builder.get());
    Owned<OSSL_PARAM, OSSL_PARAM_free> params(OSSL_PARAM_BLD_to_param(builder.get()));
    Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY *key = nullptr;
    if (params && context && EVP_PKEY_fromdata_init(context.get()) > 0)
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get());
    ERR_clear_error();
    return own(key);
}

bool is_p256(EVP_PKEY *key) {
    char group[32] = {};
    return EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
           std::string_view(group) == "prime256v1";
}

/// OpenSSL wants the two numbers as DER; a JWS has them side by side (RFC 7518 section 3.4).
std::string der_of(std::string_view signature) {
    if (signature.size() != 2 * coordinate)
        return {};
    Owned<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
    Number r = number(signature.substr(0, coordinate)), s = number(signature.substr(coordinate));
    ECDSA_SIG_set0(pair.get(), r.release(), s.release());
    unsigned char *der = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &der);
    std::string out(reinterpret_cast<char *>(der), static_cast<std::size_t>(std::max(size, 0)));
    OPENSSL_free(der);
    return out;
}

} // namespace

VerifyKey::VerifyKey(std::string_view algorithm, std::shared_ptr<evp_pkey_st> key, std::string secret)
    : algorithm_(algorithm), key_(std::move(key)), secret_(std::move(secret)) {}

Result<VerifyKey> VerifyKey::secret(std::string bytes) {
    if (bytes.size() < least_secret)
        return fail("the secret of an HMAC is shorter than 32 bytes");
    return VerifyKey("HS256", nullptr, std::move(bytes));
}

Result<VerifyKey> VerifyKey::of(std::shared_ptr<evp_pkey_st> key) {
    if (!key)
        return fail("there is no public key in it");
    if (EVP_PKEY_is_a(key.get(), "EC") == 1)
        return is_p256(key.get()) ? Result<VerifyKey>(VerifyKey("ES256", std::move(key), {}))
                                  : fail("the key is on another curve than P-256");
    if (EVP_PKEY_is_a(key.get(), "RSA") != 1)
        return fail("the key is neither RSA nor on a curve");
    if (EVP_PKEY_get_bits(key.get()) < least_rsa_bits)
        return fail("the RSA key is shorter than 2048 bits");
    return VerifyKey("RS256", std::move(key), {});
}

Result<VerifyKey> VerifyKey::from_pem(std::string_view pem) {
    Owned<BIO, BIO_free_all> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    auto key = own(PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr));
    if (!key) {
        (void)BIO_reset(in.get());
        Owned<X509, X509_free> certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
        if (certificate)
            key = own(X509_get_pubkey(certificate.get()));
    }
    ERR_clear_error();
    return of(std::move(key));
}

Result<VerifyKey> VerifyKey::rsa(const std::string &n, const std::string &e) {
    Number modulus = number(n), exponent = number(e);
    return of(make_key("RSA", [&](OSSL_PARAM_BLD *builder) {
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus.get());
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent.get());
    }));
}

Result<VerifyKey> VerifyKey::p256(const std::string &x, const std::string &y) {
    if (x.size() != coordinate || y.size() != coordinate)
        return fail("a coordinate on P-256 has not 32 bytes");
    const std::string point = '\x04' + x + y; // uncompressed
    return of(make_key("EC", [&](OSSL_PARAM_BLD *builder) {
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    }));
}

bool VerifyKey::verifies(std::string_view text, std::string_view signature) const {
    if (!key_) {
        const auto expected = hmac(Hash::sha256, base::as_bytes(secret_), {base::as_bytes(text)});
        return equal_constant_time(expected.view(), base::as_bytes(signature));
    }
    std::string der;
    if (algorithm_ == "ES256") {
        der = der_of(signature);
        signature = der;
    }
    Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    const bool good =
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
        EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
    ERR_clear_error();
    return good;
}

} // namespace cord::crypto
