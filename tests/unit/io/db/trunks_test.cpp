#include "unit/io/db/temporary.hpp"

using namespace cord::io::db;
using cord::tests::TemporaryDatabase;

TEST_CASE("trunks and the rules that lead to them are added once, listed and removed") {
    TemporaryDatabase t;
    auto db = t.created();
    CHECK(*db.add_trunk({"pstn", "sip:sbc.example.com", "49301234", "secret", true, 60}));
    CHECK_FALSE(*db.add_trunk({"pstn", "sip:other.example.com", "", "", false, 30}));
    REQUIRE(db.trunks()->size() == 1);
    const Trunk trunk = db.trunks()->front();
    CHECK(trunk.uri == "sip:sbc.example.com");
    CHECK(trunk.username == "49301234");
    CHECK(trunk.password == "secret");
    CHECK(trunk.registers);
    CHECK(trunk.probe == 60);

    CHECK(*db.add_rule({"00", "pstn", 2, "+", 5, 7, "int"}));
    CHECK_FALSE(*db.add_rule({"00", "pstn", 0, "", 0, 1}));
    CHECK(*db.add_rule({"00", "other", 0, "", 1, 1}));
    CHECK(*db.add_rule({"", "pstn", 0, "", 0, 1}));
    const auto rules = *db.rules();
    REQUIRE(rules.size() == 3);
    CHECK(rules[0].prefix.empty());
    CHECK(rules[1].trunk == "other");
    CHECK(rules[2].strip == 2);
    CHECK(rules[2].prepend == "+");
    CHECK(rules[2].priority == 5);
    CHECK(rules[2].weight == 7);
    CHECK(rules[2].group == "int");

    CHECK(*db.remove_rule("00", "pstn"));
    CHECK_FALSE(*db.remove_rule("00", "pstn"));
    CHECK(db.rules()->size() == 2);
    CHECK(*db.remove_trunk("pstn"));
    CHECK_FALSE(*db.remove_trunk("pstn"));
}

TEST_CASE("a database that another program made has none until one is added") {
    TemporaryDatabase t;
    t.created();
    t.sqlite("DROP TABLE cord_trunk; DROP TABLE cord_rule");
    auto db = *Database::open(t.url);
    CHECK(db.trunks()->empty());
    CHECK(db.rules()->empty());
    CHECK_FALSE(*db.remove_rule("0", "a"));
    CHECK(*db.add_trunk({"a", "sip:a.example", "", "", false, 0}));
    CHECK(*db.add_rule({"0", "a", 0, "", 0, 1}));
    CHECK(db.rules()->size() == 1);
}
