#include "unit/io/db/temporary.hpp"

using namespace cord::io::db;
using cord::tests::TemporaryDatabase;

TEST_CASE("aliases are added once, listed in their order, and removed") {
    TemporaryDatabase t;
    auto db = t.created();
    CHECK(*db.add_alias({"100", "example.com", "alice", "example.com"}));
    CHECK_FALSE(*db.add_alias({"100", "example.com", "bob", "example.com"}));
    CHECK(*db.add_alias({"100", "", "bob", "example.com"}));
    CHECK(t.sqlite("SELECT alias_username, alias_domain, username, domain FROM dbaliases ORDER BY id") ==
          "100|example.com|alice|example.com\n100||bob|example.com\n");
    REQUIRE(db.aliases()->size() == 2);
    CHECK(*db.remove_alias("100", "example.com"));
    CHECK_FALSE(*db.remove_alias("100", "example.com"));
    CHECK(db.aliases()->at(0).user == "bob");
}

TEST_CASE("a user who is removed leaves none behind") {
    TemporaryDatabase t;
    auto db = t.created();
    CHECK(*db.add_user({"alice", "example.com"}, "secret"));
    CHECK(*db.add_alias({"100", "example.com", "alice", "example.com"}));
    CHECK(*db.add_speed_dial({"alice", "example.com", "11", "example.com", "sip:bob@example.com"}));
    CHECK(*db.add_member({"alice", "example.com", "int"}));
    CHECK(*db.remove_user("alice", "example.com"));
    CHECK(db.members()->empty());
    CHECK(db.aliases()->empty());
    CHECK(db.speed_dials()->empty());
}

TEST_CASE("a user may be in several groups, in each once") {
    TemporaryDatabase t;
    auto db = t.created();
    CHECK(*db.add_member({"alice", "example.com", "int"}));
    CHECK_FALSE(*db.add_member({"alice", "example.com", "int"}));
    CHECK(*db.add_member({"alice", "example.com", "ld"}));
    CHECK(*db.add_member({"bob", "example.com", "int"}));
    REQUIRE(db.members()->size() == 3);
    CHECK(db.members()->at(1).user == "bob");
    CHECK(*db.remove_member({"alice", "example.com", "int"}));
    CHECK_FALSE(*db.remove_member({"alice", "example.com", "int"}));
    CHECK(db.members()->size() == 2);
}

TEST_CASE("speed dials are each user's own") {
    TemporaryDatabase t;
    auto db = t.created();
    const SpeedDial dial{"alice", "example.com", "11", "example.com", "sip:bob@example.com"};
    CHECK(*db.add_speed_dial(dial));
    CHECK_FALSE(*db.add_speed_dial(dial));
    CHECK(*db.add_speed_dial({"bob", "example.com", "11", "example.com", "sip:carol@example.com"}));
    auto all = *db.speed_dials();
    REQUIRE(all.size() == 2);
    CHECK(all[1].uri == "sip:carol@example.com");
    CHECK(*db.remove_speed_dial(dial));
    CHECK_FALSE(*db.remove_speed_dial(dial));
}

TEST_CASE("a database from before there were speed dials has none, until one is added") {
    TemporaryDatabase t;
    auto db = t.created();
    t.sqlite("DROP TABLE speed_dial");
    CHECK(db.speed_dials()->empty());
    CHECK_FALSE(*db.remove_speed_dial({"alice", "example.com", "11", {}, {}}));
    CHECK(*db.add_speed_dial({"alice", "example.com", "11", "example.com", "sip:bob@example.com"}));
    CHECK(t.sqlite("SELECT table_version FROM version WHERE table_name = 'speed_dial'") == "2\n");
}
