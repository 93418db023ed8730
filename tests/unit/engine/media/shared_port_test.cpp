// Browsers that share one port.
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::media;
using cord::engine::dtls::Role;

namespace {

const engine::ice::Credentials second_gateway{"gat2", "another-22-letter-passw"};

/// Calls of browsers at port 5 with one phone, toward which the first has ports 20 and 21, the second 30
/// and 31.
struct SharedPort {
    World world;
    Browser browser{world, at("192.0.2.1:4000"), Role::client};
    Phone phone{world, at("192.0.2.9:5000")};
    const Plan first = plan_of(browser, gateway, 20);

    SharedPort() { world.engine.share(5); }

    [[nodiscard]] Plan second(const Browser &other) const { return plan_of(other, second_gateway, 30); }

  private:
    [[nodiscard]] Plan plan_of(const Browser &from, const engine::ice::Credentials &ours,
                               PortId to_phone) const {
        Plan plan;
        plan.sides[0] = {{webrtc(5, from)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
        plan.sides[0].transports[0].ice->local = ours;
        plan.sides[1] = {{plain(to_phone, to_phone + 1, phone)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
        return plan;
    }
};

} // namespace

TEST_CASE("browsers share a port and are told apart by fragment, then by address", "[media]") {
    SharedPort t;
    World &world = t.world;
    Browser &one = t.browser;
    Browser two(world, at("192.0.2.2:4000"), Role::client);
    world.apply(1, t.first);
    world.apply(2, t.second(two));
    one.connect(5, gateway);
    two.connect(5, second_gateway);
    REQUIRE(one.secured());
    REQUIRE(two.secured());
    one.send_rtp(rtp(8, 1, 1));
    two.send_rtp(rtp(8, 1, 2));
    CHECK(t.phone.got.size() == 2);
    CHECK(world.side(0).streams[0].received.packets == 1);
    CHECK(world.side(0, 2).streams[0].received.packets == 1);

    Phone stranger(world, at("198.51.100.66:1"));
    stranger.send(5, wire::stun::Builder(wire::stun::Class::request, wire::stun::binding, {}).take());
    CHECK(stranger.got.size() == 1);
    stranger.send(5, rtp(8, 1, 1));
    CHECK(world.engine.strays() == 2);
    world.engine.remove(1);
    one.send_rtp(rtp(8, 2, 1));
    CHECK(t.phone.got.size() == 2);
}

TEST_CASE("a browser that calls again from the same port keeps its new call when the old one ends",
          "[media]") {
    SharedPort t;
    World &world = t.world;
    world.apply(1, t.first);
    t.browser.connect(5, gateway);
    Browser again(world, t.browser.address, Role::client);
    world.apply(2, t.second(again));
    again.connect(5, second_gateway);
    REQUIRE(again.secured());
    const auto of_second = [&] { return world.side(0, 2).streams[0].received.packets; };
    again.send_rtp(rtp(8, 1, 1));
    CHECK(of_second() == 1);
    SECTION("by a new plan for the old call") { world.apply(1, t.first); }
    SECTION("by its removal") { world.engine.remove(1); }
    again.send_rtp(rtp(8, 2, 1));
    CHECK(of_second() == 2);
    CHECK(world.engine.strays() == 0);
}

TEST_CASE("a check takes a path back", "[media]") {
    SharedPort t;
    Browser &browser = t.browser;
    t.world.apply(1, t.first);
    t.world.apply(2, t.second(browser));
    browser.connect(5, gateway);
    REQUIRE(browser.secured());
    browser.connect(5, second_gateway); // the same address checks for another call
    browser.connect(5, gateway);
    browser.send_rtp(rtp(8, 1, 1));
    t.world.engine.remove(2);
    browser.send_rtp(rtp(8, 2, 1));
    CHECK(t.phone.got.size() == 2);
    CHECK(t.world.engine.strays() == 0);
}
