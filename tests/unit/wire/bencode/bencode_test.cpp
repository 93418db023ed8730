#include "wire/bencode/bencode.hpp"
#include "wire/bencode/json.hpp"

#include "support/catch.hpp"

using namespace cord::wire::bencode;

TEST_CASE("bencode keeps keys in their order and strings byte for byte") {
    const std::string text = "d7:command5:offer3:sdp4:v=\r\n4:numsli1ei-20ee5:emptyde1:z0:e";
    auto value = parse(text);
    REQUIRE(value);
    REQUIRE(value->dict());
    CHECK(text_of(*value->dict(), "command") == "offer");
    CHECK(text_of(*value->dict(), "sdp") == "v=\r\n");
    CHECK(text_of(*value->dict(), "absent").empty());
    CHECK(*find(*value->dict(), "nums")->list()->at(1).number() == -20);
    CHECK(write(*value) == text);
}

TEST_CASE("bencode that is not well formed is refused with the place") {
    struct Row {
        std::string text;
        std::size_t at;
    };
    for (const Row &row :
         {Row{"", 0}, Row{"d", 1}, Row{"di1ei2ee", 1}, Row{"5:abc", 5}, Row{"ixe", 1}, Row{"i--1e", 1},
          Row{"le5", 2}, Row{"x", 0}, Row{"99999999999999:", 0}, Row{"i99999999999999999999e", 1}}) {
        INFO(row.text);
        auto value = parse(row.text);
        REQUIRE_FALSE(value);
        CHECK(value.error().at == row.at);
    }
}

TEST_CASE("nesting has a limit in both spellings") {
    const std::size_t limit = max_depth - 1;
    CHECK(parse(std::string(limit, 'l') + "i1e" + std::string(limit, 'e')));
    CHECK_FALSE(parse(std::string(limit + 1, 'l') + "i1e" + std::string(limit + 1, 'e')));
    CHECK_FALSE(parse(std::string(200000, 'l')));
    CHECK(parse_json(std::string(max_depth, '[') + std::string(max_depth, ']')));
    CHECK_FALSE(parse_json(std::string(max_depth + 1, '[') + std::string(max_depth + 1, ']')));
    CHECK_FALSE(parse_json(std::string(200000, '[')));
}

TEST_CASE("measure tells whole, not yet, and never") {
    const std::string text = "d3:key3:e:ee";
    for (std::size_t n = 0; n < text.size(); ++n) {
        auto length = measure(text.substr(0, n));
        REQUIRE(length);
        CHECK_FALSE(*length);
    }
    CHECK(measure(text + "d1:")->value() == text.size());
    CHECK_FALSE(measure("dxyz"));
    CHECK_FALSE(measure("d3x:abc"));
}

TEST_CASE("JSON and bencode carry the same values") {
    auto value = parse_json(
        R"({"command":"offer","flags":["a","b"],"n":7,"on":true,"x":1.5,"nil":null,"d":{"k":"\n"}})");
    REQUIRE(value);
    CHECK(write(*value) == "d7:command5:offer5:flagsl1:a1:be1:ni7e2:on3:yes1:x3:1.53:nil0:1:dd1:k1:\nee");
    CHECK(write_json(*value) ==
          R"({"command":"offer","flags":["a","b"],"n":7,"on":"yes","x":"1.5","nil":"","d":{"k":"\n"}})");
    CHECK_FALSE(parse_json("{"));
    CHECK_FALSE(parse_json("{} x"));
}

TEST_CASE("a JSON object in a stream ends with its brace") {
    const std::string text = R"({"a":"}\"{","b":{}})";
    for (std::size_t n = 0; n < text.size(); ++n)
        CHECK_FALSE(measure_json(text.substr(0, n)));
    CHECK(measure_json(text + "{") == text.size());
}
