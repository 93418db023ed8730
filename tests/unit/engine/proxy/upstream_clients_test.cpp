// Which clients we know to be registered with the upstream server, and for how many there is room.
#include "base/limits.hpp"
#include "support/catch.hpp"
#include "upstream_bench.hpp"

using namespace cord;
using namespace cord::test;

TEST_CASE("one client too many is refused", "[proxy][upstream]") {
    constexpr std::size_t at_once = 20, users = 3;
    Config config = upstream_config(true);
    CHECK(config.max_upstream_clients == base::limits::upstream_clients);
    config.max_contacts = at_once;
    config.max_upstream_clients = at_once * users;
    Upstream t(config);
    auto enroll = [&](std::size_t user, std::size_t contacts) {
        std::string list;
        for (std::size_t k = 0; k < contacts; ++k)
            list += fmt::format("{}<sip:{}-{}@b.invalid>", k == 0 ? "\nContact: " : ", ", user, k);
        t.bob.inbox.clear();
        t.bench.send(t.bob, t.request("REGISTER", "sip:pbx.example", list + "\nExpires: 600",
                                      fmt::format("sip:{}@pbx.example", user)));
    };
    auto granted = [&] {
        Message at_pbx = t.pbx.next("REGISTER");
        t.grant(at_pbx, std::string(*at_pbx.header(HeaderId::contact)));
        CHECK(t.bob.next("200").is_response());
    };
    SECTION("of one address of record") {
        enroll(0, at_once + 1);
        CHECK(t.bob.next("403").is_response());
        enroll(0, at_once);
        granted();
        t.bob.inbox.clear();
        t.bench.send(t.bob, t.request("REGISTER", "sip:pbx.example", "\nContact: <sip:new@b.invalid>",
                                      "sip:0@pbx.example"));
        CHECK(t.bob.next("403").is_response());
    }
    SECTION("of all") {
        for (std::size_t user = 0; user < users; ++user) {
            enroll(user, at_once);
            granted();
        }
        CHECK(t.bench.level("upstream_clients") == config.max_upstream_clients);
        t.bob.inbox.clear();
        t.send_register();
        CHECK(t.bob.next("503").is_response());
        enroll(users - 1, at_once); // who is known stays
        granted();
        t.bench.close(t.bob);
        t.bench.reconnect(t.bob);
        enroll(users, 1); // and who is lost makes room
        granted();
        CHECK(t.bench.level("upstream_clients") == config.max_upstream_clients);
    }
}

TEST_CASE("a page that is loaded again and again has room, and the last ones are reached",
          "[proxy][upstream]") {
    Config config = upstream_config(true);
    config.max_contacts = 3;
    Upstream t(config);
    std::vector<std::string> contacts;
    for (int load = 0; load < 5; ++load) {
        t.pbx.inbox.clear();
        t.bob.inbox.clear();
        t.bench.send(
            t.bob,
            t.request("REGISTER", "sip:pbx.example",
                      fmt::format("\nContact: <sip:page{}@b.invalid;transport=ws>;expires=600", load)));
        Message at_pbx = t.pbx.next("REGISTER");
        contacts.push_back(uri_in(at_pbx, HeaderId::contact));
        t.grant(at_pbx, fmt::format("<{}>;expires=600", contacts.back()));
        CHECK(t.bob.next("200").is_response());
        if (load < 4) {
            t.bench.close(t.bob);
            t.bench.reconnect(t.bob);
        }
    }
    CHECK(t.bench.level("upstream_clients") == 3);
    t.call(t.pbx, contacts.back());
    CHECK(t.bob.next("INVITE").request_uri() == "sip:page4@b.invalid;transport=ws");
    t.pbx.inbox.clear();
    t.call(t.pbx, contacts.front());
    CHECK(t.pbx.next("480").is_response());
}

TEST_CASE("who takes all of its registrations back is known no more", "[proxy][upstream]") {
    Upstream t;
    t.registered();
    t.bench.send(t.bob, t.request("REGISTER", "sip:pbx.example", "\nContact: *\nExpires: 0"));
    Message at_pbx = t.pbx.next("REGISTER");
    CHECK(at_pbx.header(HeaderId::contact) == "*");
    CHECK(t.bench.level("upstream_clients") == 1);
    t.bench.send(t.pbx, wire::sip::make_response(at_pbx, 200, {}, "pbx").finish());
    CHECK(t.bench.level("upstream_clients") == 0);
}

TEST_CASE("with a Path a client is known by a Contact that is written in another way", "[proxy][upstream]") {
    Upstream t(false);
    t.send_register();
    Message at_pbx = t.pbx.next("REGISTER");
    t.grant(at_pbx, "<sip:gb36@GFDL.invalid;transport=WS>;expires=60");
    CHECK(t.bench.level("upstream_clients") == 1);
}
