#include "base/text.hpp"

#include "support/catch.hpp"

using namespace cord::base;

TEST_CASE("numbers are digits alone and fit") {
    CHECK(to_uint("0") == 0u);
    CHECK(to_uint("18446744073709551615") == UINT64_MAX);
    CHECK_FALSE(to_uint("18446744073709551616"));
    CHECK(to_uint("65535", 65535) == 65535u);
    CHECK_FALSE(to_uint("65536", 65535));
    // Of one digit too.
    CHECK_FALSE(to_uint("9", 7));
    CHECK(to_uint("7", 7) == 7u);
    CHECK_FALSE(to_uint(""));
    CHECK_FALSE(to_uint("+1"));
    CHECK_FALSE(to_uint("1 "));
}

TEST_CASE("base64 round trip at every length and with missing padding") {
    for (std::string s : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
        CHECK(from_base64(to_base64(as_bytes(s))) == s);
    CHECK(to_base64(as_bytes("fooba")) == "Zm9vYmE=");
    CHECK(from_base64("Zm9vYmE") == "fooba");
    CHECK_FALSE(from_base64("Zm9v!"));
    CHECK_FALSE(from_base64("A"));
    CHECK_FALSE(from_base64(std::string_view("A\0AA", 4)));
}

TEST_CASE("hex round trip") {
    CHECK(to_hex(as_bytes("\x01\xff")) == "01ff");
    CHECK(from_hex("01FF") == "\x01\xff");
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
}

TEST_CASE("UTF-8 knows overlong forms, surrogates and the last code point") {
    CHECK(is_utf8("plain, \xc3\xa9, \xf0\x9f\x93\x9e"));
    CHECK(is_utf8("\xf4\x8f\xbf\xbf"));
    CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));
    CHECK_FALSE(is_utf8("\xc0\xaf"));
    CHECK_FALSE(is_utf8("\xe0\x80\xaf"));
    CHECK_FALSE(is_utf8("\xed\xa0\x80"));
    CHECK_FALSE(is_utf8("\xc3"));
}

TEST_CASE("trim, cut and compare") {
    CHECK(trim(" \t a b\r\n") == "a b");
    CHECK(cut("a=b=c", '=').second == "b=c");
    CHECK(cut("abc", '=').first == "abc");
    CHECK(iequals("Via", "vIA"));
    CHECK_FALSE(iequals("Via", "Vi"));
}
