// The clock of a branch that rings: one alarm, however long it rings, and none when it has ended.
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::Message;

TEST_CASE("a branch that has ended leaves no alarm", "[proxy][ringing]") {
    TwoParties t;
    SECTION("answered") { t.establish(); }
    SECTION("refused") {
        t.bench.send(t.phone, respond(t.ring(), 486, "phone-tag"));
        CHECK(t.alice.next("486").is_response());
    }
    t.bench.advance(40s);
    // The next to come are the bindings, whose time is over after 600 seconds.
    CHECK(t.bench.core().next_deadline() > t.bench.now().mono + 300s);
}

TEST_CASE("each response that it rings moves timer C, by the same alarm", "[proxy][ringing]") {
    TwoParties t;
    auto config = Bench::default_config();
    config.ring_timeout = 1000s;
    t.bench.core().reconfigure(config);
    Message at_phone = t.ring();
    for (int i = 0; i < 10; ++i) {
        t.bench.send(t.phone, respond(at_phone, 180, "phone-tag"));
        t.bench.advance(10s);
    }
    std::size_t alarms = 0;
    for (auto end = t.bench.now().mono + 170s; t.bench.core().next_deadline() < end; ++alarms)
        t.bench.advance(t.bench.core().next_deadline() - t.bench.now().mono);
    CHECK(alarms == 1);
    CHECK(t.phone.idle());
    t.bench.advance(110s);
    CHECK(t.phone.next("CANCEL").is_request());
}
