#include <sys/stat.h>

#include <fstream>

#include "unit/io/db/temporary.hpp"

using namespace cord::io::db;
using cord::tests::TemporaryDatabase;

namespace {
const cord::base::UnixTime now{std::chrono::seconds(1'795'000'000)};
}

TEST_CASE("a database is made once, for its owner alone, and not over another") {
    TemporaryDatabase t;
    auto none = Database::open(t.url);
    REQUIRE_FALSE(none);
    CHECK(none.error().trouble == Trouble::gone);
    CHECK(*Database::create(t.url, false) == 15);
    struct stat info {};
    REQUIRE(::stat(t.url.place.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    auto again = Database::create(t.url, false);
    REQUIRE_FALSE(again);
    CHECK(again.error().trouble == Trouble::exists);
    CHECK(*Database::create(t.url, true) == 0);
    t.sqlite("DROP TABLE cord_subscriber; DELETE FROM version WHERE table_name = 'cord_subscriber'");
    CHECK(*Database::create(t.url, true) == 1);
    CHECK(t.sqlite("PRAGMA journal_mode") == "wal\n");

    Url nowhere{Engine::sqlite, t.folder.path + "/none/x.db"};
    CHECK(Database::create(nowhere, false).error().trouble == Trouble::gone);
}

TEST_CASE("a file that is no database is refused and kept") {
    TemporaryDatabase t;
    std::ofstream(t.url.place) << std::string(4096, 'x');
    CHECK_FALSE(Database::open(t.url));
    CHECK_FALSE(Database::create(t.url, true));
    CHECK(std::filesystem::file_size(t.url.place) == 4096);
}

TEST_CASE("status tells each table, its version and its rows") {
    TemporaryDatabase t;
    auto db = t.created();
    t.sqlite("DROP TABLE acc; UPDATE version SET table_version = 6 WHERE table_name = 'subscriber'");
    REQUIRE(*db.add_user({"alice", "example.com"}, "secret"));
    auto status = db.status();
    REQUIRE(status);
    for (const TableStatus &s : *status) {
        CHECK(s.version == (s.name == "acc" ? 0 : s.name == "subscriber" ? 6 : s.wanted));
        CHECK(s.rows == (s.name == "subscriber" || s.name == "cord_subscriber" ? 1
                         : s.name == "version"                                 ? 15
                                                                               : 0));
    }
}

TEST_CASE("users are added, found, changed and removed") {
    TemporaryDatabase t;
    auto db = t.created();
    CHECK(*db.add_user({"alice", "example.com", "Alice A.", "alice@example.com"}, "secret"));
    CHECK_FALSE(*db.add_user({"alice", "example.com"}, "other"));
    CHECK(*db.add_user({"alice", "example.org"}, "secret"));

    auto alice = db.user("alice", "example.com", now);
    REQUIRE(alice);
    REQUIRE(*alice);
    CHECK((*alice)->display_name == "Alice A.");
    CHECK((*alice)->email == "alice@example.com");
    CHECK_FALSE(*db.user("Alice", "example.com", now));
    CHECK_FALSE(*db.ha1s("bob", "example.com"));

    auto ha1s = *db.ha1s("alice", "example.com");
    REQUIRE(ha1s);
    CHECK(ha1s->md5 == "b1726872c344b6dc8365b774f8fd6412"); // md5("alice:example.com:secret")
    CHECK(ha1s->sha256.size() == 64);
    CHECK(ha1s->sha512_256.size() == 64);
    CHECK(t.sqlite("SELECT password, ha1, ha1b FROM subscriber WHERE domain = 'example.com'") ==
          "|b1726872c344b6dc8365b774f8fd6412|" + std::string("c79656e4f06dbae9fdf6727654273c65") + "\n");

    CHECK(*db.set_password("alice", "example.com", "new"));
    CHECK_FALSE(*db.set_password("carol", "example.com", "new"));
    CHECK((*db.ha1s("alice", "example.com"))->md5 == ha1s_of("alice", "example.com", "new").md5);
    CHECK((*db.ha1s("alice", "example.com"))->sha256 == ha1s_of("alice", "example.com", "new").sha256);
    CHECK((*db.user("alice", "example.com", now))->display_name == "Alice A.");

    CHECK(db.users("", now)->size() == 2);
    CHECK(db.users("al*", now)->size() == 2);
    CHECK(db.users("*.org", now)->size() == 1);
    CHECK(db.users("b*", now)->empty());
    CHECK(*db.domains() == std::vector<std::string>{"example.com", "example.org"});

    CHECK(*db.remove_user("alice", "example.com"));
    CHECK_FALSE(*db.remove_user("alice", "example.com"));
    CHECK(db.users("", now)->size() == 1);
    CHECK(t.sqlite("SELECT count(*) FROM cord_subscriber") == "1\n");
}

TEST_CASE("odd names stay what they are") {
    TemporaryDatabase t;
    auto db = t.created();
    for (const std::string &name :
         {std::string("o'hara"), std::string("\"q\""), std::string("'; DROP TABLE subscriber; --"),
          std::string("🐢 żółw"), std::string("100%_*"), std::string("\\n")}) {
        INFO(name);
        CHECK_FALSE(wrong_with_user(name, "example.com"));
        CHECK(*db.add_user({name, "example.com"}, "p'\"w"));
        REQUIRE(*db.user(name, "example.com", now));
        CHECK((*db.ha1s(name, "example.com"))->md5 == ha1s_of(name, "example.com", "p'\"w").md5);
    }
    CHECK(db.users("", now)->size() == 6);
    for (const std::string &name :
         {std::string(), std::string("a\0b", 3), std::string("a\nb"), std::string("a@b"), std::string("a:b"),
          std::string("\xff"), std::string(65, 'x')})
        CHECK(wrong_with_user(name, "example.com"));
    for (const std::string &domain :
         {std::string(), std::string("a b"), std::string("a'b"), std::string(65, 'x')})
        CHECK(wrong_with_user("alice", domain));
    CHECK_FALSE(wrong_with_user("alice", "[2001:db8::1]"));
}

TEST_CASE("Kamailio's own rows are understood") {
    TemporaryDatabase t;
    auto db = t.created();
    t.sqlite("INSERT INTO subscriber (username, domain, password) VALUES ('plain', 'Example.COM', 'secret');"
             "INSERT INTO subscriber (username, domain, ha1) VALUES ('md5', 'example.com', "
             "'B1726872C344B6DC8365B774F8FD6412'), ('sha', 'example.com', '" +
             std::string(64, 'a') +
             "');"
             "INSERT INTO dbaliases (alias_username, alias_domain, username, domain) VALUES ('100', "
             "'example.com', "
             "'plain', 'example.com');"
             "INSERT INTO domain (domain) VALUES ('other.example')");
    CHECK((*db.ha1s("plain", "example.com"))->sha256 == ha1s_of("plain", "example.com", "secret").sha256);
    CHECK((*db.ha1s("md5", "example.com"))->md5 == "b1726872c344b6dc8365b774f8fd6412");
    CHECK((*db.ha1s("md5", "example.com"))->sha256.empty());
    CHECK((*db.ha1s("sha", "example.com"))->md5.empty());
    CHECK((*db.ha1s("sha", "example.com"))->sha256 == std::string(64, 'a'));
    CHECK(db.aliases()->at(0).user == "plain");
    CHECK(*db.domains() == std::vector<std::string>{"example.com", "other.example"});

    // A new MD5 from another program makes our digests of the old password worthless.
    REQUIRE(*db.add_user({"bob", "example.com"}, "old"));
    t.sqlite("UPDATE subscriber SET ha1 = 'b1726872c344b6dc8365b774f8fd6412' WHERE username = 'bob'");
    CHECK((*db.ha1s("bob", "example.com"))->sha256.empty());

    // Without our table users can be read, and the first to be added brings it.
    t.sqlite("DROP TABLE cord_subscriber; DELETE FROM version WHERE table_name = 'cord_subscriber'");
    CHECK((*db.ha1s("bob", "example.com"))->md5 == "b1726872c344b6dc8365b774f8fd6412");
    CHECK(db.users("", now)->size() == 4);
    CHECK(*db.remove_user("bob", "example.com"));
    CHECK(*db.add_user({"bob", "example.com"}, "new"));
    CHECK_FALSE((*db.ha1s("bob", "example.com"))->sha256.empty());
}

TEST_CASE("a database that another holds is locked, and one set up by nobody has no tables") {
    TemporaryDatabase t;
    auto db = t.created();
    auto holder = Database::open(t.url);
    FILE *other = ::popen(("sqlite3 '" + t.url.place + "' >/dev/null").c_str(), "w");
    std::fputs("BEGIN IMMEDIATE; SELECT 1;\n.shell touch '", other);
    std::fputs((t.folder.path + "/held'\n.shell sleep 5\nROLLBACK;\n").c_str(), other);
    std::fflush(other);
    while (!std::filesystem::exists(t.folder.path + "/held"))
        ::usleep(10'000);
    auto added = db.add_user({"alice", "example.com"}, "secret");
    REQUIRE_FALSE(added);
    CHECK(added.error().trouble == Trouble::locked);
    CHECK(db.users("", now)->empty()); // readers are not held up
    ::pclose(other);
    CHECK(*db.add_user({"alice", "example.com"}, "secret"));

    TemporaryDatabase empty;
    std::ofstream(empty.url.place).flush();
    auto opened = Database::open(empty.url);
    REQUIRE(opened);
    CHECK(opened->users("", now).error().trouble == Trouble::no_tables);
}
