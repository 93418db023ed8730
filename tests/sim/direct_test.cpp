// Phones that talk without a proxy: what the transaction layer makes of a bad network.
#include "sim/phone.hpp"
#include "sim/world.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace std::chrono_literals;

namespace {

base::Endpoint at(const char *text) { return *base::Endpoint::parse(text); }

constexpr auto udp = sim::tx::Transport::udp;

struct Pair {
    explicit Pair(std::uint64_t seed, sim::Faults faults = {}) : world(seed, faults) {
        world.add(alice);
        world.add(bob);
    }
    sim::World world;
    sim::Manner manner{sim::Manner::Answer::accept, 2s, 15s};
    sim::Phone alice{{"alice", "sim.test", "", at("192.0.2.1:5060"), at("192.0.2.2:5060"), udp, 0},
                     manner,
                     world.random()};
    sim::Phone bob{
        {"bob", "sim.test", "", at("192.0.2.2:5060"), at("192.0.2.1:5060"), udp, 0}, manner, world.random()};
};

const sim::Call &only(const sim::Phone &phone) {
    REQUIRE(phone.calls().size() == 1);
    return *phone.calls().front();
}

} // namespace

TEST_CASE("a call on a good network") {
    Pair pair(1, {0, 0, 0, 1ms});
    pair.alice.call("sip:bob@192.0.2.2:5060", {60s, 10s}, pair.world.now());
    REQUIRE(pair.world.run(10min));
    CHECK(only(pair.alice).code == 200);
    CHECK(only(pair.alice).over());
    CHECK(only(pair.bob).over());
    CHECK(only(pair.bob).acknowledged);
}

TEST_CASE("a thousand calls on a bad one end on both sides, answered or not") {
    int answered = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        INFO("seed " << seed);
        Pair pair(seed);
        const bool impatient = seed % 4 == 0;
        pair.alice.call("sip:bob@192.0.2.2:5060", {impatient ? 1900ms : 60s, 10s}, pair.world.now());
        REQUIRE(pair.world.run(10min));
        const sim::Call &caller = only(pair.alice);
        REQUIRE(caller.over());
        for (const auto &call : pair.bob.calls())
            REQUIRE(call->over());
        REQUIRE(pair.alice.transactions() == 0);
        REQUIRE(pair.bob.transactions() == 0);
        if (caller.code == 200)
            REQUIRE(only(pair.bob).code == 200);
        else
            REQUIRE((caller.code == 408 || (impatient && caller.code == 487)));
        answered += caller.code == 200;
    }
    CHECK(answered > 700);
}
