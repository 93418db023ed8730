#include "wire/sip/uri.hpp"

#include "support/catch.hpp"

using namespace cord::wire::sip;

TEST_CASE("a sip URI comes apart") {
    const auto uri =
        Uri::parse("sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?subject=hi&priority=urgent");
    REQUIRE(uri);
    CHECK(uri->is_sips());
    CHECK(uri->user == "alice");
    CHECK(uri->password == "secret");
    CHECK(uri->host == "[2001:db8::1]");
    CHECK(uri->port == 5061);
    CHECK(uri->transport() == "tcp");
    CHECK(uri->params.has("LR"));
    CHECK(uri->params.value("lr") == "");
    CHECK(uri->headers == "subject=hi&priority=urgent");
}

TEST_CASE("users may hold what delimits elsewhere") {
    const auto uri = Uri::parse("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/"
                                ";;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com");
    REQUIRE(uri);
    CHECK(uri->host == "example.com");
    CHECK(uri->user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    CHECK(Uri::parse("sip:user;par=u%40example.net@example.com")->user == "user;par=u%40example.net");
    CHECK(Uri::parse("sip:*21#@example.com")->user == "*21#");
}

TEST_CASE("other schemes are known by their scheme") {
    const auto uri = Uri::parse("tel:+1-201-555-0123;phone-context=example.com");
    REQUIRE(uri);
    CHECK_FALSE(uri->is_sip());
    CHECK(uri->scheme == "tel");
}

TEST_CASE("malformed URIs say where") {
    CHECK(Uri::parse("<sip:a@b>").error().at == 0);
    CHECK(Uri::parse("sip:a@b; lr").error().at == 8);
    CHECK(Uri::parse("sip:a%2@b").error().at == 5);
    CHECK(Uri::parse("sip:a@").error().text() == "no host");
    CHECK(Uri::parse("sip:a@b:99999").error().text() == "malformed port");
    CHECK(Uri::parse("sip:a@b;").error().text() == "URI parameter without a name");
    CHECK(Uri::parse("sip:a@b;;c").error().at == 7);
    CHECK(Uri::parse("sip:a@b@c").error().text() == "character that a host cannot hold");
    CHECK(Uri::parse("sip:@b").error().text() == "empty user before the at sign");
    CHECK(Uri::parse("sip:[::1").error().text() == "malformed IPv6 address");
    CHECK_FALSE(Uri::parse("example.com"));
    CHECK_FALSE(Uri::parse(""));
}

TEST_CASE("URIs compare as the tables of RFC 3261 section 19.1.4 say") {
    const auto same = [](const char *a, const char *b) {
        const auto x = Uri::parse(a);
        const auto y = Uri::parse(b);
        REQUIRE(x);
        REQUIRE(y);
        CHECK(equivalent(*x, *y) == equivalent(*y, *x));
        return equivalent(*x, *y);
    };
    CHECK(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
    CHECK(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
    CHECK(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"));
    CHECK(same("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
               "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"));
    CHECK(same("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
               "sip:alice@atlanta.com?priority=urgent&subject=project%20x"));

    CHECK_FALSE(same("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
    CHECK_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
    CHECK_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
    CHECK_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"));
    CHECK_FALSE(same("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"));
    CHECK_FALSE(same("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"));
    CHECK_FALSE(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
    CHECK_FALSE(same("sip:a@b", "sips:a@b"));
    CHECK_FALSE(same("sip:a@b", "sip:a:pw@b"));
}

TEST_CASE("the key of an address of record") {
    CHECK(aor_key(*Uri::parse("sip:%61lice@Example.COM;transport=tcp")) == "alice@example.com");
    CHECK(aor_key(*Uri::parse("sips:bob@example.com:5070")) == "bob@example.com:5070");
    CHECK(aor_key(*Uri::parse("sip:example.com")) == "example.com");
    // RFC 4475 section 3.1.1.4: an escaped NUL does not end the user.
    CHECK(aor_key(*Uri::parse("sip:null-%00-null@example.com")) ==
          std::string("null-\0-null@example.com", 23));
    CHECK(unescape("100%25%zz%4") == "100%%zz%4");
}
