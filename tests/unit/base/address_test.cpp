#include "base/address.hpp"

#include "support/catch.hpp"

using namespace cord::base;

TEST_CASE("addresses read and print as themselves") {
    for (const char *s : {"192.0.2.1:5060", "[2001:db8::1]:5060", "[::]:0"})
        CHECK(Endpoint::parse(s)->text() == s);
    CHECK(IpAddress::parse("[2001:db8::1]")->text() == "2001:db8::1");
    for (const char *s :
         {"2001:db8::1:5060", "example.com:5060", "192.0.2.1", "192.0.2.1:65536", "192.0.2.256:1", ":5060"})
        CHECK_FALSE(Endpoint::parse(s));
    CHECK(IpAddress::parse("0.0.0.0")->is_any());
}
