#include "io/http/request.hpp"

#include "io/http/files.hpp"
#include "support/catch.hpp"

using namespace cord::io::http;

TEST_CASE("RFC 9112 3.2.2: the absolute form of a target names the same file", "[http]") {
    CHECK(origin_form("http://x/a?b") == "/a?b");
    CHECK(origin_form("HTTPS://[2001:db8::1]:8443/") == "/");
    CHECK(origin_form("http://x") == "/");
    CHECK(origin_form("http://x?b") == "/");
    CHECK(origin_form("/http://x/") == "/http://x/");
    CHECK(Files("").answer({"GET", "http://x/healthz", ""}).status == 200);
}

TEST_CASE("RFC 9112 3.2: what can be a host", "[http]") {
    for (const char *good : {"", "x", "x:8080", "[2001:db8::1]:8443", "a_b.example", "%c3%a9"})
        CHECK(is_host(good));
    for (const char *bad : {"x y", "a/b", "user@x", "x\"", "<x>", "\x7f"})
        CHECK_FALSE(is_host(bad));
}

TEST_CASE("RFC 6455 4.2.1: a key is 16 bytes in base64", "[http]") {
    CHECK(is_websocket_key("dGhlIHNhbXBsZSBub25jZQ=="));
    for (const char *bad : {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25j",
                            "dGhlIHNhbXBsZSBub25jZTE=", "not base64, not base64!!"})
        CHECK_FALSE(is_websocket_key(bad));
}
