#include "unit/io/db/temporary.hpp"

using namespace cord::io::db;
using cord::tests::TemporaryDatabase;

TEST_CASE("networks as people write them") {
    auto bits = [](const char *text) {
        auto address = parse_address(text);
        return address ? address->bits : -1;
    };
    CHECK(bits("192.0.2.7") == 32);
    CHECK(bits("192.0.2.0/24") == 24);
    CHECK(bits("0.0.0.0/0") == 0);
    CHECK(bits("2001:db8::1") == 128);
    CHECK(bits("2001:db8::/33") == 33);
    CHECK(parse_address("2001:DB8:0::/48")->ip == "2001:db8::");
    for (const char *wrong : {"", "host.example", "192.0.2.7/24", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x",
                              "2001:db8::1/64", "192.0.2"})
        CHECK(bits(wrong) == -1);
}

TEST_CASE("addresses are added once, listed and removed") {
    TemporaryDatabase t;
    auto db = t.created();
    Address network = *parse_address("192.0.2.0/24"), with_port = network;
    with_port.port = 5060;
    with_port.tag = "carrier";
    CHECK(*db.add_address(network));
    CHECK(*db.add_address(with_port));
    CHECK_FALSE(*db.add_address(with_port));
    CHECK(t.sqlite("SELECT grp, ip_addr, mask, port, tag FROM address") ==
          "1|192.0.2.0|24|0|\n1|192.0.2.0|24|5060|carrier\n");
    auto all = *db.addresses();
    REQUIRE(all.size() == 2);
    CHECK(all[1].tag == "carrier");
    with_port.tag.clear();
    CHECK(*db.remove_address(with_port));
    CHECK_FALSE(*db.remove_address(with_port));
    CHECK(db.addresses()->size() == 1);
}

TEST_CASE("rows that make no sense name no network") {
    TemporaryDatabase t;
    auto db = t.created();
    t.sqlite("INSERT INTO address (ip_addr) VALUES ('192.0.2.7'), (' 192.0.2.8 '), ('host.example'); "
             "INSERT INTO address (ip_addr, mask) VALUES ('192.0.2.9', 33), ('192.0.2.9', -1); "
             "INSERT INTO address (ip_addr, port) VALUES ('192.0.2.9', 70000)");
    int good = 0;
    const auto all = *db.addresses();
    for (const Address &address : all)
        good += address.network() ? 1 : 0;
    CHECK(all.size() == 6);
    CHECK(good == 2);
}

TEST_CASE("a database from before there were trusted addresses has none, until one is added") {
    TemporaryDatabase t;
    auto db = t.created();
    t.sqlite("DROP TABLE address");
    CHECK(db.addresses()->empty());
    CHECK_FALSE(*db.remove_address(*parse_address("192.0.2.7")));
    CHECK(*db.add_address(*parse_address("192.0.2.7")));
    CHECK(t.sqlite("SELECT table_version FROM version WHERE table_name = 'address'") == "6\n");
}
