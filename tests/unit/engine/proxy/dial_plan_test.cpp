// Which trunk a number leads to.
#include <map>

#include "engine/proxy/dial_plan.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::proxy;

namespace {

Trunk trunk(std::string name) {
    Trunk t;
    t.server = name + ".example";
    t.name = std::move(name);
    return t;
}

std::string trunks_of(const std::vector<Rule> &rules) {
    std::string out;
    for (const Rule &rule : rules)
        out += rule.trunk;
    return out;
}

} // namespace

TEST_CASE("the rules of a number's longest prefix count, by their priority", "[dial-plan]") {
    const DialPlan plan(
        {trunk("a"), trunk("b"), trunk("c")},
        {{"00", "b", 0, "", 2}, {"00", "a", 0, "", 1}, {"0", "c"}, {"0049", "nobody"}, {"1", "c"}});
    CHECK(trunks_of(plan.rules_for("004930")) == "ab");
    CHECK(trunks_of(plan.rules_for("00")) == "ab");
    CHECK(trunks_of(plan.rules_for("030")) == "c");
    CHECK(trunks_of(plan.rules_for("2")).empty());
    CHECK(plan.rules_for("").empty());
    CHECK(DialPlan({}, {}).rules_for("1").empty());

    const DialPlan all({trunk("a")}, {{"", "a"}});
    CHECK(trunks_of(all.rules_for("2")) == "a");
    CHECK(all.rules_for("").empty());
}

TEST_CASE("of one priority the weights decide how often each is the first", "[dial-plan]") {
    base::SeededRandom random(1);
    std::map<std::string, int> first;
    for (int i = 0; i < 4000; ++i) {
        auto rules = in_order(
            {{"", "a", 0, "", 1, 3}, {"", "b", 0, "", 1, 1}, {"", "z", 0, "", 1, 0}, {"", "c", 0, "", 2, 9}},
            random);
        REQUIRE(rules.size() == 4);
        CHECK(rules.back().trunk == "c");
        CHECK(rules[2].trunk == "z");
        ++first[rules[0].trunk];
    }
    CHECK(first["a"] > 2850);
    CHECK(first["a"] < 3150);
    CHECK(first["a"] + first["b"] == 4000);
    CHECK(trunks_of(in_order({{"", "a", 0, "", 0, 0}, {"", "b", 0, "", 0, 0}}, random)) == "ab");
}

TEST_CASE("a number is compared as the trunk reads it", "[dial-plan]") {
    for (auto [user, number] : {std::pair{"0049301234", "0049301234"},
                                {"%3000", "000"},
                                {"0-0(49).30", "004930"},
                                {"+49;phone-context=+1", "+49"},
                                {"*100%23", "*100#"},
                                {"echo-test", "echo-test"},
                                {"0%2C0", ""},
                                {"0%0d%0a", ""},
                                {"%22x", ""},
                                {"--", ""},
                                {"", ""}}) {
        INFO(user);
        CHECK(dialled_number(user) == number);
    }
}

TEST_CASE("a rule takes off and puts before", "[dial-plan]") {
    CHECK(number_for({"00", "a", 2, "+"}, "004930") == "+4930");
    CHECK(number_for({"", "a", 9, "9"}, "12") == "9");
    CHECK(number_for({"*", "a"}, "*100#") == "*100%23");
}
