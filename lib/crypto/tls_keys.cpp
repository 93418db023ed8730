#include "crypto/tls_keys.hpp"

#include <memory>
#include <string>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/result.hpp"

namespace cord::crypto {
namespace {

const char *name_of(TlsHash hash) { return hash == TlsHash::sha256 ? "SHA256" : "SHA384"; }

void derive(const char *function, const OSSL_PARAM *params, std::vector<std::uint8_t> &out) {
    EVP_KDF *kdf = EVP_KDF_fetch(nullptr, function, nullptr);
    const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(EVP_KDF_CTX_new(kdf),
                                                                            EVP_KDF_CTX_free);
    EVP_KDF_free(kdf);
    const bool ok = context && EVP_KDF_derive(context.get(), out.data(), out.size(), params) == 1;
    CORD_ASSERT(ok);
}

OSSL_PARAM octets(const char *key, base::Bytes value) {
    // OpenSSL only reads what its parameters point at.
    return OSSL_PARAM_construct_octet_string(key, const_cast<std::uint8_t *>(value.data()), value.size());
}

} // namespace

std::vector<std::uint8_t> expand_label(TlsHash hash, base::Bytes secret, std::string_view label,
                                       std::size_t size) {
    std::vector<std::uint8_t> info;
    base::ByteWriter w(info);
    w.u16(static_cast<std::uint16_t>(size));
    w.u8(static_cast<std::uint8_t>(6 + label.size()));
    w.text("tls13 ");
    w.text(label);
    w.u8(0); // no context
    std::string digest = name_of(hash);
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                                 OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
                                 octets(OSSL_KDF_PARAM_KEY, secret), octets(OSSL_KDF_PARAM_INFO, info),
                                 OSSL_PARAM_construct_end()};
    std::vector<std::uint8_t> out(size);
    derive("HKDF", params, out);
    return out;
}

std::vector<std::uint8_t> tls12_prf(TlsHash hash, base::Bytes secret, std::string_view label,
                                    base::Bytes seed, std::size_t size) {
    std::vector<std::uint8_t> labelled(label.begin(), label.end());
    labelled.insert(labelled.end(), seed.begin(), seed.end());
    std::string digest = name_of(hash);
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                                 octets(OSSL_KDF_PARAM_SECRET, secret), octets(OSSL_KDF_PARAM_SEED, labelled),
                                 OSSL_PARAM_construct_end()};
    std::vector<std::uint8_t> out(size);
    derive("TLS1-PRF", params, out);
    return out;
}

} // namespace cord::crypto
