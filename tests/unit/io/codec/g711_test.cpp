#include "io/codec/g711.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "support/catch.hpp"

using namespace cord::io::codec::g711;

namespace {

/// 16-bit little-endian words of a file of the ITU-T sweep; empty when the folder is not there.
std::vector<std::int16_t> words(const std::string &name) {
    const char *folder = std::getenv("CORD_SHARED_DATA");
    std::ifstream in(std::string(folder ? folder : "") + "/codec/itu-g711/" + name, std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    std::vector<std::int16_t> out;
    for (std::size_t n = 0; n + 1 < bytes.size(); n += 2)
        out.push_back(static_cast<std::int16_t>(static_cast<std::uint8_t>(bytes[n]) |
                                                static_cast<std::uint8_t>(bytes[n + 1]) << 8));
    return out;
}

} // namespace

TEST_CASE("each code is the nearest to what it stands for", "[codec]") {
    for (unsigned n = 0; n < 256; ++n) {
        const auto code = static_cast<std::uint8_t>(n);
        CHECK(to_a_law(from_a_law(code)) == code);
        // mu-law has two zeros; the negative one is never made of zero.
        if (code != 0x7f)
            CHECK(to_mu_law(from_mu_law(code)) == code);
    }
}

TEST_CASE("the values that G.711 tabulates", "[codec]") {
    // Table 1b and 2b, scaled to 16 bits: the largest, the smallest, silence.
    CHECK(from_a_law(0xaa) == 32256);
    CHECK(from_a_law(0x2a) == -32256);
    CHECK(from_a_law(0xd5) == 8);
    CHECK(from_a_law(0x55) == -8);
    CHECK(from_mu_law(0x80) == 32124);
    CHECK(from_mu_law(0x00) == -32124);
    CHECK(from_mu_law(0xff) == 0);
    CHECK(to_mu_law(0) == 0xff);
    CHECK(to_a_law(0) == 0xd5);
    CHECK(to_a_law(-1) == 0x55);
    CHECK(to_mu_law(32767) == 0x80);
    CHECK(to_mu_law(-32768) == 0x00);
    CHECK(to_a_law(32767) == 0xaa);
    CHECK(to_a_law(-32768) == 0x2a);
}

TEST_CASE("coding never moves a sample by more than half its step", "[codec]") {
    for (int s = -32768; s < 32768; ++s) {
        const auto sample = static_cast<std::int16_t>(s);
        const int off_a = std::abs(from_a_law(to_a_law(sample)) - s);
        const int off_mu = std::abs(from_mu_law(to_mu_law(sample)) - s);
        const int limit = std::max((std::abs(s) + 132) / 32 + 1, 16);
        if (off_a > limit || off_mu > std::max(limit, std::abs(s) - 32124 + 1))
            FAIL("sample " << s << " moves by " << off_a << " and " << off_mu);
    }
    SUCCEED();
}

TEST_CASE("the ITU-T sweep", "[codec]") {
    const auto source = words("sweep.src");
    if (source.empty()) {
        SUCCEED("not compared: CORD_SHARED_DATA does not lead to codec/itu-g711");
        return;
    }
    const auto a = words("sweep-r.a");
    const auto mu = words("sweep-r.u");
    const auto from_a = words("sweep-r.rea");
    const auto from_mu = words("sweep-r.reu");
    REQUIRE(a.size() == source.size());
    int wrong_a = 0;
    int wrong_mu = 0;
    int wrong_decoded = 0;
    for (std::size_t n = 0; n < source.size(); ++n) {
        wrong_a += to_a_law(source[n]) != (a[n] & 0xff);
        // The reference is one code off in places.
        const int apart =
            std::abs(from_mu_law(to_mu_law(source[n])) - from_mu_law(static_cast<std::uint8_t>(mu[n])));
        wrong_mu += apart > std::max(16, std::abs(source[n]) / 15);
        wrong_decoded += from_a_law(static_cast<std::uint8_t>(a[n])) != from_a[n];
        wrong_decoded += from_mu_law(static_cast<std::uint8_t>(mu[n])) != from_mu[n];
    }
    CHECK(wrong_a == 0);
    CHECK(wrong_mu == 0);
    CHECK(wrong_decoded == 0);
}
