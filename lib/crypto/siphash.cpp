#include "crypto/siphash.hpp"

#include <array>
#include <bit>

#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace cord::crypto {
namespace {

std::uint64_t little_endian(const std::uint8_t *at, std::size_t n = 8) {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < n; ++i)
        v |= std::uint64_t{at[i]} << 8 * i;
    return v;
}

struct State {
    std::uint64_t a, b, c, d;

    void round() {
        a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
        c += d, d = std::rotl(d, 16) ^ c;
        a += d, d = std::rotl(d, 21) ^ a;
        c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
    }
    void take(std::uint64_t word) {
        d ^= word;
        round();
        round();
        a ^= word;
    }
    std::uint64_t finish() {
        c ^= 0xff;
        for (int i = 0; i < 4; ++i)
            round();
        return a ^ b ^ c ^ d;
    }
};

} // namespace

SipHash::SipHash(base::Random &random) {
    Secret<16> key;
    random.fill(key.edit());
    *this = SipHash(key.view());
}

SipHash::SipHash(base::Bytes key) {
    CORD_ASSERT(key.size() == 16);
    k0_ = little_endian(key.data());
    k1_ = little_endian(key.data() + 8);
}

SipHash::~SipHash() {
    wipe({reinterpret_cast<std::uint8_t *>(&k0_), sizeof k0_});
    wipe({reinterpret_cast<std::uint8_t *>(&k1_), sizeof k1_});
}

std::uint64_t SipHash::operator()(std::string_view text) const {
    // "somepseudorandomlygeneratedbytes", the constants of the paper's section 2.
    State state{k0_ ^ 0x736f6d6570736575, k1_ ^ 0x646f72616e646f6d, k0_ ^ 0x6c7967656e657261,
                k1_ ^ 0x7465646279746573};
    const auto *at = reinterpret_cast<const std::uint8_t *>(text.data());
    std::size_t left = text.size();
    for (; left >= 8; left -= 8, at += 8)
        state.take(little_endian(at));
    state.take(little_endian(at, left) | std::uint64_t{text.size() & 0xff} << 56);
    return state.finish();
}

} // namespace cord::crypto
