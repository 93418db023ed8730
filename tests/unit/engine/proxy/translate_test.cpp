// Aliases and speed dials: whom a dialled name means.
#include <memory>

#include "calls.hpp"
#include "engine/locate/directory.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;
using engine::proxy::Config;
using wire::sip::Message;

namespace {

Config with_names(bool outbound = false) {
    auto directory = std::make_shared<engine::locate::Directory>();
    directory->add_alias("reception", "iop.test", "sip:1001@iop.test");
    directory->add_alias("reception", "iop.test", "sip:nobody@iop.test");
    directory->add_alias("0", "", "sip:1001@iop.test");
    directory->add_alias("away", "iop.test", "sip:+15551234@far.example");
    directory->add_alias("round", "iop.test", "sip:round@iop.test");
    directory->add_speed_dial("alice@iop.test", "11", "sip:reception@iop.test");
    directory->add_speed_dial("bob@iop.test", "12", "sip:1001@iop.test");
    Config config = Bench::default_config();
    config.directory = std::move(directory);
    if (outbound)
        config.outbound_proxy = {"trunk.example", {}, {}, false};
    return config;
}

struct Names {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    Client &trunk = bench.phone("trunk", "10.77.0.90:5060");

    explicit Names(const Config &config = with_names()) : bench(config) {
        bench.places["trunk.example"] = {"udp:10.77.0.90:5060"};
        bench.enroll(alice, alice_contact);
        bench.enroll(phone, "<sip:1001@10.77.0.21:5060>");
    }
    void call(std::string_view whom) { bench.send_with_password(alice, invite(alice, whom, browser_sdp)); }
};

} // namespace

TEST_CASE("an alias leads to its user, the first row of several, in its domain or any", "[proxy][names]") {
    Names t;
    for (const char *name : {"reception", "0"}) {
        INFO(name);
        t.call(name);
        Message there = t.phone.next("INVITE");
        CHECK(there.request_uri() == "sip:1001@10.77.0.21:5060");
        CHECK(there.header(wire::sip::HeaderId::to) == "<sip:" + std::string(name) + "@iop.test>");
        t.phone.inbox.clear();
    }
}

TEST_CASE("a speed dial is its owner's alone, and may be an alias", "[proxy][names]") {
    Names t;
    t.call("11");
    CHECK(t.phone.next("INVITE").is_request());
    t.call("12");
    CHECK(t.alice.next("404").is_response());
}

TEST_CASE("an alias that leads beyond our domains goes where such calls go", "[proxy][names]") {
    SECTION("nowhere") {
        Names t;
        t.call("away");
        CHECK(t.alice.next("403").is_response());
    }
    SECTION("to the outbound proxy") {
        Names t(with_names(true));
        t.call("away");
        CHECK(t.trunk.next("INVITE").request_uri() == "sip:+15551234@far.example");
    }
}

TEST_CASE("but not for who is no user of ours", "[proxy][names]") {
    Config config = with_names(true);
    config.trusted.push_back({*base::IpAddress::parse("10.77.0.50"), 32, 0});
    Names t(config);
    Client &gateway = t.bench.phone("gateway", "10.77.0.50:5060");
    std::string request = invite(gateway, "away", phone_sdp);
    const std::string ours = "<sip:gateway@iop.test>";
    t.bench.send(gateway, request.replace(request.find(ours), ours.size(), "<sip:gateway@far.test>"));
    CHECK(gateway.next("403").is_response());
    CHECK(t.trunk.idle());
}

TEST_CASE("an alias that leads to itself leads nowhere", "[proxy][names]") {
    Names t;
    t.call("round");
    CHECK(t.alice.next("404").is_response());
}
