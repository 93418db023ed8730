// What is done for whom without a password: as little as there can be.
#include "support/catch.hpp"
#include "upstream_bench.hpp"

using namespace cord;
using namespace cord::test;

namespace {

std::string to_server(std::string_view method, std::string_view from, std::string_view route) {
    return message(fmt::format(R"({0} sip:iop.test SIP/2.0
        Via: SIP/2.0/UDP 10.66.0.1:5060;branch=z9hG4bK{0}{1}{2}
        Max-Forwards: 70
        To: <sip:iop.test>
        From: <sip:{1}>;tag=1
        Call-ID: {0}
        CSeq: 1 {0}
        Contact: <sip:eve@10.66.0.1>{3})",
                               method, from, route.size(), route));
}

} // namespace

TEST_CASE("a stranger's request for the server itself leads nowhere else", "[proxy][trust]") {
    Config config = Bench::default_config();
    config.next_hops.push_back({"trunk.example", {}, {}, false});
    Bench bench(config);
    bench.places["trunk.example"] = {"udp:10.77.0.90:5060"};
    Client &eve = bench.phone("eve", "10.66.0.1:5060");
    const char *const by_trunk = "\nRoute: <sip:trunk.example;lr>";
    for (const char *method : {"INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE"}) {
        INFO(method);
        bench.send(eve, to_server(method, "eve@evil.example", by_trunk));
        CHECK(eve.next().status() == 403);
    }
    bench.send(eve, to_server("OPTIONS", "alice@iop.test", by_trunk));
    CHECK(eve.next().status() == 407);
    bench.send(eve, to_server("OPTIONS", "eve@evil.example", ""));
    CHECK(eve.next().status() == 200);
    CHECK(bench.resolutions.empty());
}

TEST_CASE("nobody registers for our own users without a password", "[proxy][trust]") {
    Config config = upstream_config(true);
    config.domains.emplace_back("pbx.example");
    Upstream t(config);
    t.registered();
    const std::string contact = "\nContact: <sip:x@10.77.0.80>";
    SECTION("not the upstream server, nor who else is on its host") {
        Client &beside = t.bench.tcp_phone("beside", "10.77.0.80:50000");
        for (Client *client : {&t.pbx, &beside}) {
            client->inbox.clear();
            t.bench.send(*client, t.request("REGISTER", "sip:iop.test", contact, "sip:alice@iop.test"));
            CHECK(client->next().status() == 401);
        }
    }
    SECTION("and those of the upstream server not with us") {
        t.bob.inbox.clear();
        t.bench.send(t.bob, t.request("REGISTER", "sip:iop.test", contact));
        CHECK(t.bob.next().status() == 404);
    }
    CHECK(t.bench.core().contacts(t.bench.now()).empty());
}

TEST_CASE("a reload ends the trust in an upstream server that it takes away", "[proxy][trust]") {
    Upstream t;
    t.registered();
    Client &alice = t.bench.browser("alice", "10.77.0.12:50000");
    t.bench.enroll(alice, "<sip:alice@a.invalid;transport=ws>");
    t.call(t.pbx, "sip:alice@iop.test");
    CHECK(alice.next("INVITE").is_request());
    t.pbx.inbox.clear();

    Config config = upstream_config(true);
    SECTION("or puts another in its place") { config.upstream->place.host = "other.example"; }
    SECTION("and leaves none") { config.upstream.reset(); }
    t.bench.core().reconfigure(config);
    t.call(t.pbx, "sip:alice@iop.test");
    CHECK(t.pbx.next("403").is_response());
    CHECK(alice.idle());
}
