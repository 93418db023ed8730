#include "engine/bearer/key_set.hpp"

#include <memory>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "support/catch.hpp"

using namespace cord;
using engine::bearer::KeySet;
using namespace std::chrono_literals;

namespace {

const base::UnixTime now{1'700'000'000s};
const std::string secret = "0123456789abcdef0123456789abcdef";

std::string base64url(std::string_view text) {
    std::string out = base::to_base64(base::as_bytes(text));
    for (char &c : out)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return out.substr(0, out.find('='));
}

std::string hmac(std::string_view text, std::string_view key = secret) {
    auto mac = crypto::hmac(crypto::Hash::sha256, base::as_bytes(key), {base::as_bytes(text)});
    return std::string(base::as_text(mac.view()));
}

/// A token under the secret.
std::string token(std::string_view claims, std::string_view header = R"({"alg":"HS256","typ":"JWT"})") {
    const std::string covered = base64url(header) + "." + base64url(claims);
    return covered + "." + base64url(hmac(covered));
}

/// Claims about alice that hold for a minute, and more.
std::string claims(std::string_view more = R"("sub":"alice")") {
    return fmt::format(R"({{"exp":1700000060,{}}})", more);
}

std::string verdict(const KeySet &keys, std::string_view token, std::string_view domain = "example.org") {
    auto user = keys.verify(token, domain, now);
    return user ? *user : "refused: " + std::string(user.error().text());
}

/// A key pair made by OpenSSL, and what it signs.
struct Signer {
    std::shared_ptr<EVP_PKEY> key;

    static Signer rsa(unsigned bits) {
        return {{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}), EVP_PKEY_free}};
    }
    static Signer ec(const char *curve) {
        return {{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve), EVP_PKEY_free}};
    }
    std::string pem() const {
        std::shared_ptr<BIO> out(BIO_new(BIO_s_mem()), BIO_free_all);
        PEM_write_bio_PUBKEY(out.get(), key.get());
        char *data = nullptr;
        auto size = BIO_get_mem_data(out.get(), &data);
        return {data, static_cast<std::size_t>(size)};
    }
    std::string number(const char *name) const {
        BIGNUM *value = nullptr;
        EVP_PKEY_get_bn_param(key.get(), name, &value);
        std::string out(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
        BN_bn2bin(value, reinterpret_cast<unsigned char *>(out.data()));
        BN_free(value);
        return out;
    }
    /// As a JWS has it: for a curve r and s, 32 bytes each.
    std::string sign(std::string_view text) const {
        std::shared_ptr<EVP_MD_CTX> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
        std::size_t size = 0;
        const auto *bytes = reinterpret_cast<const unsigned char *>(text.data());
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
        std::string out(size, '\0');
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(out.data()), &size, bytes,
                       text.size());
        out.resize(size);
        if (EVP_PKEY_is_a(key.get(), "RSA") == 1)
            return out;
        const auto *der = reinterpret_cast<const unsigned char *>(out.data());
        std::shared_ptr<ECDSA_SIG> pair(d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(out.size())),
                                        ECDSA_SIG_free);
        std::string raw(64, '\0');
        auto *at = reinterpret_cast<unsigned char *>(raw.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), at, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), at + 32, 32);
        return raw;
    }
    std::string token(std::string_view algorithm, std::string_view id = "") const {
        const std::string covered =
            base64url(fmt::format(R"({{"alg":"{}","kid":"{}"}})", algorithm, id)) + "." + base64url(claims());
        return covered + "." + base64url(sign(covered));
    }
};

} // namespace

TEST_CASE("RFC 7515 appendix A.1: the HS256 example verifies, and is over", "[bearer]") {
    auto keys = KeySet::parse(
        R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})");
    REQUIRE(keys);
    CHECK(
        verdict(
            *keys,
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "refused: the token is over");
}

TEST_CASE("the subject is a user of the domain, in each of its spellings", "[bearer]") {
    auto keys = *KeySet::parse(secret + "\n");
    for (const char *subject : {"alice", "alice@example.org", "alice@EXAMPLE.org", "sip:alice@example.org",
                                "sip:%61lice@example.org;user=x"}) {
        INFO(subject);
        CHECK(verdict(keys, token(claims(fmt::format(R"("sub":"{}")", subject)))) == "alice");
    }
    for (const char *subject : {"alice@evil.example", "sip:alice@evil.example", "sip:example.org"}) {
        INFO(subject);
        CHECK(verdict(keys, token(claims(fmt::format(R"("sub":"{}")", subject)))) ==
              "refused: the token is about a user of another domain");
    }
    CHECK(verdict(keys, token(claims(R"("x":1)"))) == "refused: the token is about nobody");
    CHECK(verdict(keys, token(claims(R"("sub":7)"))) == "refused: the token is about nobody");
}

TEST_CASE("exp, nbf and aud bound a token", "[bearer]") {
    auto keys = *KeySet::parse(secret);
    CHECK(verdict(keys, token(R"({"sub":"alice","exp":1700000000})")) == "refused: the token is over");
    CHECK(verdict(keys, token(R"({"sub":"alice","exp":1700000000.5})")) == "alice");
    CHECK(verdict(keys, token(R"({"sub":"alice"})")) == "refused: the token does not say when it ends");
    CHECK(verdict(keys, token(R"({"sub":"alice","exp":"never"})")) ==
          "refused: the token does not say when it ends");
    CHECK(verdict(keys, token(claims(R"("sub":"alice","nbf":1700000000)"))) == "alice");
    CHECK(verdict(keys, token(claims(R"("sub":"alice","nbf":1700000001)"))) ==
          "refused: the token is not valid yet");
    CHECK(verdict(keys, token(claims(R"("sub":"alice","nbf":"x")"))) ==
          "refused: the token is not valid yet");
    for (const char *audience : {R"("example.org")", R"("sip:example.org")", R"(["a","Example.org"])"}) {
        INFO(audience);
        CHECK(verdict(keys, token(claims(fmt::format(R"("sub":"alice","aud":{})", audience)))) == "alice");
    }
    for (const char *audience : {R"("other.example")", "[]", "7", R"(["other.example",7])"}) {
        INFO(audience);
        CHECK(verdict(keys, token(claims(fmt::format(R"("sub":"alice","aud":{})", audience)))) ==
              "refused: the token is for another audience");
    }
}

TEST_CASE("a token that was touched, or is none, is refused", "[bearer]") {
    auto keys = *KeySet::parse(secret);
    const std::string good = token(claims());
    CHECK(verdict(keys, good) == "alice");
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        if (i + 1 < good.size()) // the last character of a signature has bits to spare
            CHECK(verdict(keys, bad) != "alice");
    }
    for (const char *text : {"", ".", "..", "a.b", "a.b.c", "e30.e30.", "e30.e30.e30.e30", "W10.W10.W10"}) {
        INFO(text);
        CHECK(verdict(keys, text) != "alice");
    }
    CHECK(verdict(keys, good + "=") == "refused: the token is not base64url");
    CHECK(verdict(keys, std::string(base::limits::bearer_token + 1, 'a')) ==
          "refused: the token is too long");
    const std::string nested(base::limits::bearer_token / 2, '[');
    CHECK(verdict(keys, token(claims(), nested)) == "refused: the token is not JSON");
}

TEST_CASE("the key says which algorithm, not the token", "[bearer]") {
    auto keys = *KeySet::parse(secret);
    const char *const unsigned_by_any = "refused: no key of ours has signed the token";
    for (const char *header : {R"({"alg":"none"})", R"({"alg":"hs256"})", R"({"alg":"HS512"})",
                               R"({"alg":"RS256"})", R"({"alg":7})", "{}"}) {
        INFO(header);
        CHECK(verdict(keys, token(claims(), header)) == unsigned_by_any);
    }
    CHECK(verdict(keys, base64url(R"({"alg":"none"})") + "." + base64url(claims()) + ".") == unsigned_by_any);
    CHECK(verdict(keys, token(claims(), R"({"alg":"HS256","crit":["x"]})")) ==
          "refused: the token asks for an extension");
    // The public key of another algorithm, used as a secret.
    const Signer rsa = Signer::rsa(2048);
    const std::string covered = base64url(R"({"alg":"HS256"})") + "." + base64url(claims());
    CHECK(verdict(*KeySet::parse(rsa.pem()), covered + "." + base64url(hmac(covered, rsa.pem()))) ==
          unsigned_by_any);
}

TEST_CASE("RS256 and ES256, with keys in PEM", "[bearer]") {
    const Signer rsa = Signer::rsa(2048), ec = Signer::ec("P-256");
    auto by_rsa = KeySet::parse(rsa.pem()), by_ec = KeySet::parse(ec.pem());
    REQUIRE(by_rsa);
    REQUIRE(by_ec);
    CHECK(verdict(*by_rsa, rsa.token("RS256")) == "alice");
    CHECK(verdict(*by_ec, ec.token("ES256")) == "alice");
    CHECK(verdict(*by_rsa, ec.token("ES256")) != "alice");
    CHECK(verdict(*by_rsa, Signer::rsa(2048).token("RS256")) != "alice");
    CHECK(verdict(*by_ec, Signer::ec("P-256").token("ES256")) != "alice");
    const std::string names[] = {"example.org"};
    auto certificate = crypto::Certificate::self_signed(names, now);
    CHECK(KeySet::parse(certificate->chain_pem()));
}

TEST_CASE("RFC 7517: a JWK Set of several keys, told apart by kid", "[bearer]") {
    const Signer one = Signer::rsa(2048), two = Signer::ec("P-256");
    const std::string point_x = two.number(OSSL_PKEY_PARAM_EC_PUB_X),
                      point_y = two.number(OSSL_PKEY_PARAM_EC_PUB_Y);
    auto padded = [](const std::string &s) { return std::string(32 - s.size(), '\0') + s; };
    auto keys = KeySet::parse(fmt::format(
        R"({{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"AA"}},{{"kty":"RSA","use":"enc","n":"AA","e":"AQAB"}},
            {{"kty":"RSA","kid":"one","n":"{}","e":"{}"}},{{"kty":"EC","kid":"two","crv":"P-256","x":"{}","y":"{}"}}]}})",
        base64url(one.number(OSSL_PKEY_PARAM_RSA_N)), base64url(one.number(OSSL_PKEY_PARAM_RSA_E)),
        base64url(padded(point_x)), base64url(padded(point_y))));
    REQUIRE(keys);
    CHECK(keys->size() == 2);
    CHECK(verdict(*keys, one.token("RS256", "one")) == "alice");
    CHECK(verdict(*keys, one.token("RS256")) == "alice");
    CHECK(verdict(*keys, two.token("ES256", "two")) == "alice");
    CHECK(verdict(*keys, two.token("ES256", "one")) != "alice");
}

TEST_CASE("keys that are too weak, or none, are refused with a reason", "[bearer]") {
    auto reason = [](const std::string &text) {
        auto keys = KeySet::parse(text);
        return keys ? std::string() : std::string(keys.error().text());
    };
    CHECK(reason("short") == "the secret of an HMAC is shorter than 32 bytes");
    CHECK(reason("") == "the secret of an HMAC is shorter than 32 bytes");
    CHECK(reason(Signer::rsa(1024).pem()) == "the RSA key is shorter than 2048 bits");
    CHECK(reason(Signer::ec("P-384").pem()) == "the key is on another curve than P-256");
    CHECK(reason("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n") ==
          "there is no public key in it");
    CHECK(
        reason(
            R"({"kty":"oct","alg":"HS512","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtM"})") ==
        "there is no key for signatures in it");
    CHECK(reason(R"({"keys":[]})") == "there is no key for signatures in it");
    CHECK(reason(R"({"keys":7})") == "the keys of a JWK Set are no list");
    CHECK(reason(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})") ==
          "a coordinate on P-256 has not 32 bytes");
}

TEST_CASE("what was meant to be a public key never becomes a secret", "[bearer]") {
    for (const Signer &signer : {Signer::rsa(2048), Signer::ec("P-256")}) {
        const char *algorithm = EVP_PKEY_is_a(signer.key.get(), "RSA") == 1 ? "RS256" : "ES256";
        const std::string pem = signer.pem();
        const std::string bare = pem.substr(27, pem.find("-----END") - 27);
        for (const std::string &text : {"Public-Key: (2048 bit)\n" + pem, bare}) {
            INFO(text);
            auto keys = KeySet::parse(text);
            REQUIRE(keys);
            CHECK_FALSE(keys->holds_secret());
            CHECK(verdict(*keys, signer.token(algorithm)) == "alice");
            const std::string covered = base64url(R"({"alg":"HS256"})") + "." + base64url(claims());
            CHECK(verdict(*keys, covered + "." + base64url(hmac(covered, text))) != "alice");
        }
    }
    CHECK_FALSE(KeySet::parse(R"({"keys":[{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2ai")"));
    CHECK_FALSE(KeySet::parse(R"([{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr"}])"));
}

TEST_CASE("the token of a header field value", "[bearer]") {
    using engine::bearer::token_of;
    CHECK(token_of("Bearer abc.def") == "abc.def");
    CHECK(token_of(" bearer   abc ") == "abc");
    CHECK(token_of("Digest username=\"x\"").empty());
    CHECK(token_of("Bearer").empty());
}
