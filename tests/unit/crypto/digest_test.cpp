#include "crypto/digest.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "support/catch.hpp"

using namespace cord;
using crypto::Hash;

TEST_CASE("digests of the empty text and of pieces", "[crypto]") {
    CHECK(crypto::hex_digest(Hash::md5, {}) == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(crypto::hex_digest(Hash::sha1, {"a", "bc"}) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(crypto::hex_digest(Hash::sha256, {"abc"}) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(crypto::hex_digest(Hash::sha512_256, {"a", "b", "c"}) ==
          "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
}

TEST_CASE("HMAC: RFC 2202 and RFC 4231, second test case", "[crypto]") {
    base::Bytes key = base::as_bytes("Jefe");
    base::Bytes first = base::as_bytes("what do ya want ");
    base::Bytes second = base::as_bytes("for nothing?");
    CHECK(base::to_hex(crypto::hmac(Hash::sha1, key, {first, second}).view()) ==
          "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    CHECK(base::to_hex(crypto::hmac(Hash::sha256, key, {first, second}).view()) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("HMAC with a key longer than the block: RFC 4231, sixth test case", "[crypto]") {
    std::string key(131, '\xaa');
    CHECK(
        base::to_hex(crypto::hmac(Hash::sha256, base::as_bytes(key),
                                  {base::as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})
                         .view()) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("comparison in constant time", "[crypto]") {
    CHECK(crypto::equal_constant_time(base::as_bytes("abc"), base::as_bytes("abc")));
    CHECK_FALSE(crypto::equal_constant_time(base::as_bytes("abc"), base::as_bytes("abd")));
    CHECK_FALSE(crypto::equal_constant_time(base::as_bytes("abc"), base::as_bytes("ab")));
    CHECK(crypto::equal_constant_time({}, {}));
}

TEST_CASE("the system's random source does not repeat", "[crypto]") {
    crypto::SystemRandom random;
    CHECK(random.token(20) != random.token(20));
    crypto::Secret<16> secret;
    random.fill(secret.edit());
    CHECK(base::to_hex(secret.view()) != std::string(32, '0'));
    std::vector<std::uint8_t> more(5000); // over the edge of what was drawn in advance
    random.fill(more);
    for (auto at = more.begin(); at + 16 <= more.end(); at += 16)
        CHECK_FALSE(std::all_of(at, at + 16, [](std::uint8_t b) { return b == 0; }));
}
