#include "base/utf8.hpp"

#include "support/catch.hpp"

using namespace cord::base;

TEST_CASE("a JSON string is UTF-8 whatever it is made of") {
    CHECK(json_string("a\"\n") == "\"a\\\"\\n\"");
    CHECK(json_string("żółw 🐢") == "\"żółw 🐢\"");
    CHECK(json_string("a\xff\xf0\x9f b") == "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd b\"");
    CHECK(json_string("\xc3") == "\"\xef\xbf\xbd\"");
}
