// What the RFCs print.
#include "base/text.hpp"
#include "engine/srtp/transform.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::srtp;

namespace {

std::string octets(std::string_view hex) { return *base::from_hex(hex); }

struct Derivation {
    Suite suite;
    const char *master_key;
    const char *master_salt;
    const char *cipher;
    const char *salt;
    const char *authentication; // its first 20 bytes
};

// RFC 3711 appendix B.3, RFC 6188 section 7.2.
const Derivation derivations[] = {
    {Suite::aes_cm_128_hmac_sha1_80, "e1f97a0d3e018be0d64fa32c06de4139", "0ec675ad498afeebb6960b3aabe6",
     "c61e7a93744f39ee10734afe3ff7a087", "30cbbc08863d8c85d49db34a9ae1",
     "cebe321f6ff7716b6fd4ab49af256a156d38baa4"},
    {Suite::aes_256_cm_hmac_sha1_80, "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6",
     "3b04803de51ee7c96423ab5b78d2", "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4",
     "fa31791685ca444a9e07c6c64e93", "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05"},
};

struct Sealed {
    const char *name; // of the section of RFC 7714
    Suite suite;
    const char *key;
    const char *salt;
    bool rtcp;
    std::uint32_t index_word;
    const char *plain;
    const char *sealed;
};

const Sealed packets[] = {
    {"16 AEAD_AES_128_GCM encrypt", Suite::aead_aes_128_gcm, "000102030405060708090a0b0c0d0e0f",
     "517569642070726f2071756f", false, 0x00000000,
     "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e2070"
     "61727465732074726573",
     "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a"
     "51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce"},
    {"16 AEAD_AES_256_GCM encrypt", Suite::aead_aes_256_gcm,
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "517569642070726f2071756f", false,
     0x00000000,
     "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e2070"
     "61727465732074726573",
     "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a02"
     "76ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13"},
    {"17 SRTCP AEAD_AES_128_GCM encrypt", Suite::aead_aes_128_gcm, "000102030405060708090a0b0c0d0e0f",
     "517569642070726f2071756f", true, 0x800005d4,
     "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeef"
     "deadbeefdeadbeefdeadbeef",
     "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda"
     "4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4"},
    {"17 SRTCP AEAD_AES_128_GCM tag only", Suite::aead_aes_128_gcm, "000102030405060708090a0b0c0d0e0f",
     "517569642070726f2071756f", true, 0x000005d4,
     "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeef"
     "deadbeefdeadbeefdeadbeef",
     "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeef"
     "deadbeefdeadbeefdeadbeef841dd9683dd78ec92ae58790125f62b3000005d4"},
    {"17 SRTCP AEAD_AES_256_GCM encrypt", Suite::aead_aes_256_gcm,
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "517569642070726f2071756f", true,
     0x800005d4,
     "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeef"
     "deadbeefdeadbeefdeadbeef",
     "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be"
     "8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4"},
    {"17 SRTCP AEAD_AES_256_GCM tag only", Suite::aead_aes_256_gcm,
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "517569642070726f2071756f", true,
     0x000005d4,
     "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeef"
     "deadbeefdeadbeefdeadbeef",
     "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeef"
     "deadbeefdeadbeefdeadbeef91db4afbfeee5a978fab4393ed2615fe000005d4"},
};

template <std::size_t N>
crypto::Secret<N> secret(std::string_view hex) {
    crypto::Secret<N> s;
    const std::string bytes = octets(hex);
    std::copy(bytes.begin(), bytes.end(), s.edit().begin());
    return s;
}

} // namespace

TEST_CASE("session keys: RFC 3711 appendix B.3, RFC 6188 section 7.2", "[srtp]") {
    for (const Derivation &d : derivations) {
        const std::string both = octets(std::string(d.master_key) + d.master_salt);
        const SessionKeys keys = derive(MasterKey(d.suite, base::as_bytes(both))).rtp;
        CHECK(base::to_hex(keys.cipher.view().first(facts(d.suite).key_size)) == d.cipher);
        CHECK(base::to_hex(keys.salt.view()) == d.salt);
        CHECK(base::to_hex(keys.authentication.view()) == d.authentication);
    }
}

TEST_CASE("packets sealed and opened by GCM: RFC 7714 sections 16 and 17", "[srtp]") {
    for (const Sealed &p : packets) {
        INFO(p.name);
        const SessionKeys keys{secret<32>(p.key), secret<14>(p.salt), {}};
        const std::string plain = octets(p.plain);
        const std::string sealed = octets(p.sealed);
        std::array<std::uint8_t, 256> room{};
        Job job{room.data(), plain.size(), p.rtcp ? 8U : 12U,
                base::load32(base::as_bytes(plain).data() + (p.rtcp ? 4 : 8)),
                p.rtcp ? p.index_word & ~encrypted_bit : base::load16(base::as_bytes(plain).data() + 2)};
        const Job before = job;
        std::copy(plain.begin(), plain.end(), room.begin());
        auto transform = make_gcm(facts(p.suite), keys, Direction::outbound);
        if (!p.rtcp || (p.index_word & encrypted_bit) != 0) {
            p.rtcp ? transform->seal_rtcp(job) : transform->seal_rtp(job);
            CHECK(base::to_hex({room.data(), job.size}) == p.sealed);
        }
        std::copy(sealed.begin(), sealed.end(), room.begin());
        job = before;
        job.size = sealed.size();
        auto opener = make_gcm(facts(p.suite), keys, Direction::inbound);
        CHECK((p.rtcp ? opener->open_rtcp(job, p.index_word) : opener->open_rtp(job)));
        CHECK(base::to_hex({room.data(), job.size}) == p.plain);
    }
}
