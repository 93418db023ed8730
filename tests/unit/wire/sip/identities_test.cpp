#include "wire/sip/identities.hpp"

#include "support/catch.hpp"

using namespace cord;
using Names = std::vector<std::string>;
using wire::sip::identities;

TEST_CASE("RFC 5922 7.1: domains are named by sip URIs without a user, else by host names", "[sip]") {
    CHECK(identities(Names{"SIP:Example.org", "sips:secure.example", "https://web.example", "im:x@y"},
                     Names{"other.example"})
              .domains == Names{"example.org"});
    CHECK(identities(Names{"https://web.example"}, Names{"Host.example", "*.many.example"}).domains ==
          Names{"host.example", "*.many.example"});
    CHECK(identities(Names{}, Names{}).empty());
    CHECK(identities(Names{"sip:", "sip:@", "sip", "sip:a b"}, Names{}).empty());
}

TEST_CASE("RFC 5922 7.1: a URI with a user names that user, and then no host speaks for its domain",
          "[sip]") {
    auto who = identities(Names{"sip:%61lice@Example.org;transport=tls"}, Names{"example.org"});
    CHECK(who.users == Names{"alice@example.org"});
    CHECK(who.domains.empty());
    CHECK(who.name_user("alice@example.org"));
    CHECK_FALSE(who.name_user("Alice@example.org"));
    CHECK_FALSE(who.name_domain("example.org"));
}

TEST_CASE("RFC 5922 7.2: names are compared in their entirety", "[sip]") {
    auto who = identities(Names{}, Names{"example.org", "*.many.example", ".dot.example"});
    CHECK(who.name_domain("EXAMPLE.ORG"));
    for (const char *other :
         {"a.example.org", "org", "x.many.example", "many.example", "x.dot.example", ""}) {
        INFO(other);
        CHECK_FALSE(who.name_domain(other));
    }
    CHECK_FALSE(identities(Names{"sip:*@example.org"}, Names{}).name_user("alice@example.org"));
}
