#include "io/db/url.hpp"

#include "support/catch.hpp"

using namespace cord::io::db;

TEST_CASE("a database's URL is taken in our spelling and in Kamailio's") {
    CHECK(parse_url("sqlite:/a/b.db")->place == "/a/b.db");
    CHECK(parse_url("sqlite:b.db")->place == "b.db");
    CHECK(parse_url("sqlite:///a/b.db")->place == "/a/b.db");
    CHECK(parse_url("sqlite:////a/b.db")->place == "/a/b.db");
    CHECK(parse_url("postgres://u@h/d")->engine == Engine::postgresql);
    CHECK(parse_url("postgresql://u@h/d")->engine == Engine::postgresql);
    CHECK(parse_url("mysql://u@h/d")->engine == Engine::mysql);
    CHECK(parse_url("odbc:DSN=x")->engine == Engine::odbc);
    for (const char *bad : {"", "sqlite", "sqlite:", "sqlite://", "/a/b.db", "oracle:x", "sqlite:a\"b"})
        CHECK_FALSE(parse_url(bad));
}

TEST_CASE("a password in a URL is not shown") {
    CHECK(without_password("mysql://kamailio:secret@localhost/kamailio") ==
          "mysql://kamailio@localhost/kamailio");
    CHECK(without_password("mysql://kamailio@localhost/kamailio") == "mysql://kamailio@localhost/kamailio");
    CHECK(without_password("sqlite:/a:b@c") == "sqlite:/a:b@c");
}
