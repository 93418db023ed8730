#include <fmt/format.h>

#include "engine/digest/answer.hpp"
#include "engine/digest/authenticator.hpp"
#include "support/catch.hpp"

using namespace cord::engine::digest;

namespace {

constexpr Login mufasa{"Mufasa", "Circle of Life"};

std::string challenge(std::string_view algorithm) {
    return fmt::format(R"(Digest realm="http-auth@example.org", qop="auth, auth-int", {}nonce=)"
                       R"("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ci")",
                       algorithm);
}

std::string response_to(std::string_view text) {
    auto value =
        answer(text, mufasa, "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
    return value ? parse_credentials(*value)->response : "";
}

} // namespace

TEST_CASE("the challenges of RFC 7616 section 3.9.1 are answered as printed there", "[digest]") {
    CHECK(response_to(challenge("algorithm=MD5, ")) == "8ca523f5e9506fed4657c9700eebdbec");
    CHECK(response_to(challenge("")) == "8ca523f5e9506fed4657c9700eebdbec");
    CHECK(response_to(challenge("algorithm=SHA-256, ")) ==
          "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST_CASE("what the challenge says comes back in the answer, and no more", "[digest]") {
    const std::string value = *answer(challenge("algorithm=MD5, "), mufasa, "GET", "/", "abc");
    CHECK(value.find(R"(opaque="FQhe/qaU925kfnzjCev0ci")") != std::string::npos);
    CHECK(value.find("algorithm=MD5, qop=auth, nc=00000001, cnonce=\"abc\"") != std::string::npos);
    CHECK(
        *answer(R"(Digest realm="r", nonce="n")", {"u", "p"}, "INVITE", "sip:x", "abc") ==
        R"(Digest username="u", realm="r", nonce="n", uri="sip:x", response="a82785fab2d091a09795d48b9c10756c")");
}

TEST_CASE("a challenge that we cannot meet gets no answer", "[digest]") {
    for (const char *text : {R"(Basic realm="r")", R"(Digest realm="r", nonce="n", algorithm=MD5-sess)",
                             R"(Digest realm="r", nonce="n", algorithm=SHA-3)",
                             R"(Digest realm="r", nonce="n", qop="auth-int")", "", "Digest"}) {
        INFO(text);
        CHECK_FALSE(answer(text, mufasa, "GET", "/", "abc"));
    }
}
