#include <string>

#include <fmt/format.h>

#include "engine/digest/authenticator.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::digest;
using crypto::Hash;
using namespace std::chrono_literals;

namespace {

constexpr Hash md5_only[] = {Hash::md5};

base::Now at(std::chrono::seconds s) { return {base::Time(s), base::UnixTime(s)}; }

std::string nonce_of(const std::string &challenge) {
    std::size_t from = challenge.find("nonce=\"") + 7;
    return challenge.substr(from, challenge.find('"', from) - from);
}

/// What a client with password "secret" answers to a challenge.
Credentials answer(const std::string &nonce, std::uint32_t count) {
    Credentials c;
    c.username = "alice";
    c.realm = "example.org";
    c.nonce = nonce;
    c.uri = "sip:example.org;transport=udp";
    c.cnonce = "c0ffee";
    c.nc = fmt::format("{:08x}", count);
    c.qop_auth = true;
    c.response = expected_response(c, "REGISTER", ha1(Hash::md5, "alice", "example.org", "secret"));
    return c;
}

const std::string alice_ha1 = ha1(Hash::md5, "alice", "example.org", "secret");

} // namespace

TEST_CASE("the responses printed in RFC 2617, RFC 7616 and its erratum 4897", "[digest]") {
    struct Vector {
        Hash hash;
        const char *user, *realm, *password, *nonce, *uri, *cnonce, *response;
    };
    const Vector vectors[] = {
        {Hash::md5, "Mufasa", "testrealm@host.com", "Circle Of Life", "dcd98b7102dd2f0e8b11d0f600bfb0c093",
         "/dir/index.html", "0a4f113b", "6629fae49393a05397450978507c4ef1"},
        {Hash::md5, "Mufasa", "http-auth@example.org", "Circle of Life",
         "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "/dir/index.html",
         "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "8ca523f5e9506fed4657c9700eebdbec"},
        {Hash::sha256, "Mufasa", "http-auth@example.org", "Circle of Life",
         "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "/dir/index.html",
         "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
         "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
        {Hash::sha512_256, "J\u00e4s\u00f8n Doe", "api@example.org", "Secret, or not?",
         "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", "/doe.json",
         "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
         "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"},
    };
    for (const Vector &v : vectors) {
        auto c = parse_credentials(fmt::format(
            R"(Digest username="{}", realm="{}", uri="{}", algorithm={}, nonce="{}", nc=00000001, cnonce="{}", )"
            R"(qop=auth, response="{}")",
            v.user, v.realm, v.uri, algorithm_name(v.hash), v.nonce, v.cnonce, v.response));
        REQUIRE(c);
        CHECK(expected_response(*c, "GET", ha1(v.hash, v.user, v.realm, v.password)) == v.response);
    }
}

TEST_CASE("credentials are read in any order, with escapes, blanks and unknown parameters", "[digest]") {
    auto c = parse_credentials("digest\trealm = \"a \\\"b\\\"\" ,username=\"x, "
                               "y\",nonce=\"n\",uri=\"sip:b\",opaque=\"\",response=\"r\"");
    REQUIRE(c);
    CHECK(c->username == "x, y");
    CHECK(c->realm == "a \\\"b\\\"");
    CHECK(c->algorithm == Hash::md5);
    CHECK_FALSE(c->qop_auth);
}

TEST_CASE("credentials that cannot be judged are refused with a reason", "[digest]") {
    auto reason = [](std::string_view s) {
        auto c = parse_credentials(s);
        return c ? std::string_view() : c.error().text();
    };
    CHECK(reason("Basic dXNlcg==") == "the authentication scheme is not Digest");
    CHECK(reason("Digest") == "no authentication scheme");
    CHECK(reason("Digest username") == "malformed authentication parameter");
    CHECK(reason("Digest username=\"x") == "malformed authentication parameter");
    CHECK(reason("Digest username=\"x\\") == "malformed authentication parameter");
    CHECK(reason(R"(Digest username="", realm="", nonce="", uri="", response="")") ==
          "username, nonce or response is missing");
    CHECK(reason(R"(Digest username="a", nonce="b", response="c", qop=auth)") == "nc or cnonce is missing");
    CHECK(reason(R"(Digest username="a", nonce="b", response="c", qop=auth-int)") ==
          "qop is not one that was offered");
    CHECK(reason(R"(Digest username="a", nonce="b", response="c", algorithm=MD5-sess)") ==
          "the digest algorithm is not one that was offered");
}

TEST_CASE("a challenge names one algorithm a header field, in the order given", "[digest]") {
    base::SeededRandom random(1);
    Authenticator authenticator(random);
    constexpr Hash order[] = {Hash::sha256, Hash::md5};
    auto lines = authenticator.challenges("example.org", order, true, at(1000s));
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find("algorithm=SHA-256, stale=true") != std::string::npos);
    CHECK(lines[1].find("algorithm=MD5") != std::string::npos);
    CHECK(lines[0].find("qop=\"auth\"") != std::string::npos);
    CHECK(nonce_of(lines[0]) == nonce_of(lines[1]));
    CHECK(nonce_of(lines[0]) !=
          nonce_of(authenticator.challenges("example.org", order, false, at(1000s)).front()));
}

TEST_CASE("each count of a nonce is good once, in any near order", "[digest]") {
    base::SeededRandom random(1);
    Authenticator authenticator(random);
    std::string nonce = nonce_of(authenticator.challenges("example.org", md5_only, false, at(1000s)).front());
    auto verdict = [&](std::uint32_t count) {
        return authenticator.verify(answer(nonce, count), "REGISTER", alice_ha1, at(1001s));
    };
    CHECK(verdict(1) == Verdict::good);
    CHECK(verdict(1) == Verdict::replayed);
    CHECK(verdict(3) == Verdict::good);
    CHECK(verdict(2) == Verdict::good);
    CHECK(verdict(2) == Verdict::replayed);
    CHECK(verdict(100) == Verdict::good);
    CHECK(verdict(36) == Verdict::replayed);
    CHECK(verdict(37) == Verdict::good);
    CHECK(verdict(0) == Verdict::replayed);
}

TEST_CASE("a wrong password, an old nonce and a forged nonce are told apart", "[digest]") {
    base::SeededRandom random(1);
    Authenticator authenticator(random);
    std::string nonce = nonce_of(authenticator.challenges("example.org", md5_only, false, at(1000s)).front());
    std::string other = ha1(Hash::md5, "alice", "example.org", "guess");
    CHECK(authenticator.verify(answer(nonce, 1), "REGISTER", other, at(1001s)) == Verdict::wrong);
    CHECK(authenticator.verify(answer(nonce, 1), "INVITE", alice_ha1, at(1001s)) == Verdict::wrong);
    CHECK(authenticator.verify(answer(nonce, 1), "REGISTER", alice_ha1, at(1301s)) == Verdict::stale);
    std::string forged = nonce;
    forged[3] = forged[3] == '0' ? '1' : '0';
    CHECK(authenticator.verify(answer(forged, 1), "REGISTER", alice_ha1, at(1001s)) == Verdict::stale);
    CHECK(authenticator.verify(answer("abc", 1), "REGISTER", alice_ha1, at(1001s)) == Verdict::stale);
    CHECK(authenticator.verify(answer(nonce, 1), "REGISTER", alice_ha1, at(1001s)) == Verdict::good);
}

TEST_CASE("counts of more nonces than are kept make the oldest stale, not free", "[digest]") {
    base::SeededRandom random(1);
    Authenticator authenticator(random);
    auto nonce_made = [&](std::chrono::seconds when) {
        return nonce_of(authenticator.challenges("example.org", md5_only, false, at(when)).front());
    };
    auto use_a_new_one = [&] {
        return authenticator.verify(answer(nonce_made(1001s), 1), "REGISTER", alice_ha1, at(1001s));
    };
    const std::string unused = nonce_made(999s), oldest = nonce_made(1000s);
    CHECK(authenticator.verify(answer(oldest, 1), "REGISTER", alice_ha1, at(1001s)) == Verdict::good);
    for (std::size_t i = 1; i < Authenticator::max_nonces_in_use; ++i)
        if (use_a_new_one() != Verdict::good)
            FAIL("a fresh nonce was refused");
    CHECK(authenticator.nonces_in_use() == Authenticator::max_nonces_in_use);
    // An older one than all of them is the one that there is no room for.
    CHECK(authenticator.verify(answer(unused, 1), "REGISTER", alice_ha1, at(1001s)) == Verdict::stale);
    CHECK(authenticator.verify(answer(oldest, 2), "REGISTER", alice_ha1, at(1001s)) == Verdict::good);
    CHECK(use_a_new_one() == Verdict::good);
    CHECK(authenticator.nonces_in_use() == Authenticator::max_nonces_in_use);
    CHECK(authenticator.verify(answer(oldest, 1), "REGISTER", alice_ha1, at(1001s)) == Verdict::stale);
}
