#include "crypto/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/result.hpp"
#include "base/text.hpp"

namespace cord::crypto {
namespace {

// OpenSSL 3.0 takes a lock and walks the providers on every implicit fetch, which costs more than a short
// digest. What is fetched here is never freed: it lives as long as the process.
const char *name_of(Hash hash) {
    switch (hash) {
    case Hash::md5: return "MD5";
    case Hash::sha1: return "SHA1";
    case Hash::sha256: return "SHA256";
    case Hash::sha512_256: return "SHA512-256";
    }
    return "";
}

const EVP_MD *fetched(Hash hash) {
    static const std::array<EVP_MD *, 4> all = [] {
        std::array<EVP_MD *, 4> fetched_all{};
        for (Hash h : {Hash::md5, Hash::sha1, Hash::sha256, Hash::sha512_256})
            fetched_all[static_cast<std::size_t>(h)] = EVP_MD_fetch(nullptr, name_of(h), nullptr);
        return fetched_all;
    }();
    const EVP_MD *md = all[static_cast<std::size_t>(hash)];
    CORD_ASSERT(md != nullptr);
    return md;
}

/// One context a thread, used again for each digest.
EVP_MD_CTX *digest_context() {
    struct Owner {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        ~Owner() { EVP_MD_CTX_free(context); }
    };
    thread_local Owner owner;
    return owner.context;
}

EVP_MAC_CTX *hmac_context() {
    static EVP_MAC *const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    struct Owner {
        EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
        ~Owner() { EVP_MAC_CTX_free(context); }
    };
    thread_local Owner owner;
    return owner.context;
}

} // namespace

DigestBytes digest(Hash hash, std::initializer_list<std::string_view> pieces) {
    EVP_MD_CTX *context = digest_context();
    bool ok = EVP_DigestInit_ex2(context, fetched(hash), nullptr) == 1;
    for (std::string_view piece : pieces)
        ok = ok && EVP_DigestUpdate(context, piece.data(), piece.size()) == 1;
    DigestBytes out;
    unsigned size = 0;
    ok = ok && EVP_DigestFinal_ex(context, out.bytes.data(), &size) == 1;
    CORD_ASSERT(ok);
    out.size = size;
    return out;
}

std::string hex_digest(Hash hash, std::initializer_list<std::string_view> pieces) {
    return base::to_hex(digest(hash, pieces).view());
}

DigestBytes hmac(Hash hash, base::Bytes key, std::initializer_list<base::Bytes> pieces) {
    EVP_MAC_CTX *context = hmac_context();
    std::string name = name_of(hash);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), name.size()),
        OSSL_PARAM_construct_end()};
    bool ok = EVP_MAC_init(context, key.data(), key.size(), params) == 1;
    for (base::Bytes piece : pieces)
        ok = ok && EVP_MAC_update(context, piece.data(), piece.size()) == 1;
    DigestBytes out;
    ok = ok && EVP_MAC_final(context, out.bytes.data(), &out.size, out.bytes.size()) == 1;
    CORD_ASSERT(ok);
    return out;
}

bool equal_constant_time(base::Bytes a, base::Bytes b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace cord::crypto
