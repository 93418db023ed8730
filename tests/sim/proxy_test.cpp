// A thousand days in the life of a proxy: phones and browsers register and call through the real core, on a
// network that loses a fifth of the datagrams and cuts connections, while phones and the proxy crash and come
// up again. Each call is answered and ended, or fails with a status; no registration that was answered with
// 200 is lost; nothing is left behind.
//
// CORD_SIM_SEED=n runs that seed alone; CORD_SIM_TRACE=1 prints its packets; CORD_SIM_SEEDS=n runs so many,
// of four calls each.
#include <algorithm>
#include <cstdlib>

#include "sim/phone.hpp"
#include "sim/proxy_node.hpp"
#include "sim/world.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace std::chrono_literals;
using sim::Manner;

namespace {

base::Endpoint at(const std::string &text) { return *base::Endpoint::parse(text); }

// Users behind one proxy; alice and bob have a phone and a browser each. What they all do follows from the
// seed.
class Scene {
  public:
    explicit Scene(std::uint64_t seed)
        : world(seed), proxy(at("192.0.2.100:5060"), "sim.test", world.random()) {
        world.add(proxy);
        for (const char *user : {"alice", "bob", "carol"})
            add_phone(user, sim::tx::Transport::udp);
        for (const char *user : {"alice", "bob", "dave"})
            add_phone(user, sim::tx::Transport::ws);
        for (auto &phone : phones)
            world.after(random_time(2s),
                        [this, p = phone.get()](base::Now now) { register_until_done(*p, now); });
        for (int i = 0; i < 4; ++i)
            world.after(60s + random_time(120s), [this](base::Now now) { place_call(now); });
        if (world.random().below(3) == 0)
            world.after(60s + random_time(150s), [this](base::Now) { cut_a_connection(); });
        if (world.random().below(3) == 0)
            world.after(30s + random_time(180s), [this](base::Now now) { crash_the_proxy(now); });
        if (world.random().below(4) == 0)
            world.after(30s + random_time(180s), [this](base::Now) { crash_a_phone(); });
    }

    sim::World world;
    sim::ProxyNode proxy;
    std::vector<std::unique_ptr<sim::Phone>> phones;
    std::size_t carried = 0; ///< Calls that outlived a crash of the proxy.

  private:
    std::map<std::size_t, std::uint64_t> connections; // of browsers
    std::uint64_t last_connection = 0;

    void add_phone(const std::string &user, sim::tx::Transport transport) {
        const auto n = phones.size() + 1;
        const auto place = at("192.0.2." + std::to_string(n) + ":5060");
        const std::uint64_t connection = is_websocket(transport) ? ++last_connection : 0;
        connections[phones.size()] = connection;
        phones.push_back(
            std::make_unique<sim::Phone>(sim::Phone::Place{user, "sim.test", sim::password_of(user), place,
                                                           proxy.address(), transport, connection},
                                         random_manner(), world.random()));
        world.add(*phones.back());
    }

    Manner random_manner() {
        const auto answer = world.random().below(10);
        Manner manner;
        manner.answer = answer < 7   ? Manner::Answer::accept
                        : answer < 9 ? Manner::Answer::busy
                                     : Manner::Answer::ignore;
        manner.ring = random_time(4s);
        manner.talk = 5s + random_time(30s);
        return manner;
    }

    // A phone whose registration failed tries again, five times at most.
    void register_until_done(sim::Phone &phone, base::Now now, int tries = 5) {
        if (phone.registered() == 200 || tries == 0)
            return;
        phone.register_now(now);
        world.after(10s,
                    [this, &phone, tries](base::Now later) { register_until_done(phone, later, tries - 1); });
    }

    void place_call(base::Now now) {
        sim::Phone &caller = *phones[world.random().below(phones.size())];
        const char *users[] = {"alice", "bob", "carol", "dave", "nobody"};
        const bool impatient = world.random().below(4) == 0;
        caller.call("sip:" + std::string(users[world.random().below(std::size(users))]) + "@sim.test",
                    {impatient ? random_time(5s) : 100s, random_time(40s)}, now);
    }

    static bool is_browser(std::size_t phone) { return phone >= 3; }

    // A browser loses its WebSocket, and comes back with another some seconds later.
    void cut_a_connection() { cut_connection_of(3 + world.random().below(3)); }

    void cut_connection_of(std::size_t browser) {
        world.close(connections[browser]);
        world.after(1s + random_time(10s), [this, browser](base::Now now) {
            connections[browser] = ++last_connection;
            phones[browser]->reconnect(last_connection, now);
            register_until_done(*phones[browser], now);
        });
    }

    void crash_the_proxy(base::Now now) {
        carried += proxy.crash(now);
        for (std::size_t i = 0; i < phones.size(); ++i)
            if (is_browser(i))
                cut_connection_of(i);
            else if (phones[i]->registered() == 200)
                REQUIRE(is_bound(*phones[i], now));
    }

    [[nodiscard]] bool is_bound(const sim::Phone &phone, base::Now now) const {
        const auto bindings = proxy.core().contacts(phone.user(), "sim.test", now);
        return std::any_of(bindings.begin(), bindings.end(), [&](const engine::locate::Binding &b) {
            return b.flow.remote == phone.address() && b.reachable;
        });
    }

    void crash_a_phone() {
        const std::size_t victim = world.random().below(phones.size());
        phones[victim]->crash();
        if (is_browser(victim))
            return cut_connection_of(victim);
        world.after(1s + random_time(20s),
                    [this, victim](base::Now now) { register_until_done(*phones[victim], now); });
    }

    base::Duration random_time(base::Duration below) {
        return base::Duration(world.random().below(static_cast<std::uint64_t>(below.count())));
    }
};

struct Tally {
    int registered = 0;
    int answered = 0;
    int refused = 0;
    std::size_t carried = 0;
};

void check_call(const sim::Call &call, Tally &tally) {
    INFO("call " << call.call_id << " state " << static_cast<int>(call.state) << " code " << call.code);
    REQUIRE(call.over());
    REQUIRE(call.code >= 200);
    if (call.outgoing)
        ++(call.code == 200 ? tally.answered : tally.refused);
}

void live_through(std::uint64_t seed, Tally &tally) {
    INFO("replay with CORD_SIM_SEED=" << seed << " CORD_SIM_TRACE=1");
    Scene scene(seed);
    REQUIRE(scene.world.run(48h));
    for (const auto &phone : scene.phones) {
        tally.registered += phone->registered() == 200;
        REQUIRE(phone->transactions() == 0);
        for (const auto &call : phone->calls())
            check_call(*call, tally);
    }
    tally.carried += scene.carried;
    REQUIRE(scene.proxy.statistic("transactions") == 0);
    REQUIRE(scene.proxy.statistic("calls_active") == 0);
    REQUIRE(scene.proxy.statistic("bindings") == 0);
}

} // namespace

TEST_CASE("a thousand seeds of registrations and calls through the proxy") {
    Tally tally;
    if (const char *one = std::getenv("CORD_SIM_SEED"))
        return live_through(std::strtoull(one, nullptr, 10), tally);
    const char *wanted = std::getenv("CORD_SIM_SEEDS");
    const int seeds = wanted != nullptr ? std::atoi(wanted) : 1000;
    for (int seed = 1; seed <= seeds; ++seed)
        live_through(static_cast<std::uint64_t>(seed), tally);
    CHECK(tally.registered > seeds * 5.8);
    CHECK(tally.answered > seeds * 1.4);
    CHECK(tally.refused > seeds * 0.5);
    CHECK(tally.carried > static_cast<std::size_t>(seeds / 50));
}
