#include "engine/transaction/flow.hpp"

#include "support/catch.hpp"

using namespace cord::engine::transaction;

TEST_CASE("transports by name, in either spelling") {
    for (auto t : {Transport::udp, Transport::tcp, Transport::tls, Transport::ws, Transport::wss}) {
        CHECK(transport_from(name(t)) == t);
        CHECK(transport_from(via_name(t)) == t);
        CHECK(is_reliable(t) == (t != Transport::udp));
    }
    CHECK_FALSE(transport_from("sctp"));
    CHECK_FALSE(transport_from(""));
}

TEST_CASE("flows differ by their connection") {
    Flow a{Transport::ws, 1, 7, {}, {}};
    Flow b = a;
    CHECK(a == b);
    b.connection = 8;
    CHECK(a != b);
}
