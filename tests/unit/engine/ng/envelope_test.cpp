#include "engine/ng/envelope.hpp"

#include "base/limits.hpp"
#include "support/catch.hpp"

using namespace cord::engine::ng;

TEST_CASE("cookie and payload") {
    auto e = open("d12ab d7:command4:pinge");
    REQUIRE(e);
    CHECK(e->cookie == "d12ab");
    CHECK(e->payload == "d7:command4:pinge");
    CHECK(e->encoding == Encoding::bencode);
    CHECK(open("c {\"a\":1}")->encoding == Encoding::json);
    CHECK(open("d3:key1:xe")->cookie.empty());
    CHECK(open("{\"a\": {\"b\": 1}}")->cookie.empty());
    CHECK_FALSE(open("d12"));
    CHECK_FALSE(open(""));
    CHECK_FALSE(open(std::string(max_cookie, 'c') + " de"));
}

TEST_CASE("a cookie may begin as a dictionary does") {
    for (const std::string cookie :
         {"deadbeef", "de", "decaf-1", "d1", "d12:ab", "d1:ab", "d99:ab", "d", "d1:a1:b"}) {
        CAPTURE(cookie);
        for (const std::string payload : {"d7:command4:pinge", "{\"command\":\"ping\"}"}) {
            const std::string message = cookie + " " + payload;
            auto opened = open(message);
            REQUIRE(opened);
            CHECK(opened->cookie == cookie);
            CHECK(opened->payload == payload);
            for (std::size_t n = 0; n < message.size(); ++n) {
                CAPTURE(n);
                auto length = frame(std::string_view(message).substr(0, n));
                REQUIRE(length);
                CHECK_FALSE(*length);
            }
            CHECK(frame(message + "c2 ").value() == message.size());
        }
    }
}

TEST_CASE("a dictionary without a cookie may hold what looks like a cookie and another one") {
    for (const std::string message : {"d4:note9:x d1:a1:b1:ci1ee", "d3:sdp16:v=0\r\no=- 1 1 IN e",
                                      "d12:delete delayi0ee", "d4:note13:x d1:a1:bee ee"}) {
        CAPTURE(message);
        auto opened = open(message);
        REQUIRE(opened);
        CHECK(opened->cookie.empty());
        CHECK(frame(message).value() == message.size());
    }
    CHECK(open("d3:sdp99:v=0 o=")->cookie.empty()); // cut short
}

TEST_CASE("a stream is cut into messages wherever it breaks") {
    const std::string messages = "c1 d3:key3:e ee\nc2 {\"a\":\"} {\"}d3:key1:xed12 de";
    const std::vector<std::string> expected{"c1 d3:key3:e ee", "\nc2 {\"a\":\"} {\"}", "d3:key1:xe",
                                            "d12 de"};
    std::vector<std::string> got;
    std::string buffer;
    for (char c : messages) {
        buffer += c;
        auto length = frame(buffer);
        REQUIRE(length);
        if (*length) {
            got.push_back(buffer.substr(0, **length));
            buffer.erase(0, **length);
        }
    }
    CHECK(got == expected);
    CHECK(buffer.empty());
}

TEST_CASE("what cannot become a message is refused, and soon") {
    CHECK_FALSE(frame("no-cookie-here\nc de"));
    CHECK_FALSE(frame("c x"));
    CHECK_FALSE(frame("c dxy"));
    CHECK_FALSE(frame(std::string(max_cookie + 1, 'c')));
    CHECK_FALSE(frame("c {" + std::string(cord::base::limits::ng_message, ' ')));
    CHECK(frame("c d3:sdp" + std::to_string(cord::base::limits::ng_message / 2) + ":x"));
}

TEST_CASE("what is no message is refused under the cookie it may have") {
    CHECK(refusal("[]", "no") == R"({"result":"error","error-reason":"no"})");
    CHECK(refusal("garbage\n", "no") == R"({"result":"error","error-reason":"no"})");
    CHECK(refusal("c1 {" + std::string(3'000'000, ' '), "long") ==
          R"(c1 {"result":"error","error-reason":"long"})");
    CHECK(refusal("c1 d3:sdp9:", "no") == "c1 d6:result5:error12:error-reason2:noe");
}
