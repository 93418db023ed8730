#include "io/net/host.hpp"

#include "support/catch.hpp"

using namespace cord;

TEST_CASE("the address that a peer sees us at is that of the route to it", "[net]") {
    auto to = [](const char *text) { return io::net::source_address(*base::IpAddress::parse(text)); };
    CHECK(to("127.0.0.1")->text() == "127.0.0.1");
    CHECK(to("127.9.9.9")->text() == "127.0.0.1");
    if (auto v6 = to("::1"))
        CHECK(v6->text() == "::1");
}
