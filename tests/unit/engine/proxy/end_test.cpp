// The orderly end: calls that stand are hung up, and bindings go with the connections that they hang on.
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;
using wire::sip::HeaderId;
using wire::sip::Message;

TEST_CASE("both sides of a call that outlives the proxy get a BYE that says why", "[proxy]") {
    TwoParties t;
    t.establish();
    CHECK_FALSE(t.bench.core().is_quiet());
    t.bench.end_calls();
    CHECK(t.bench.core().calls(t.bench.now()).empty());
    CHECK(t.bench.events("call-end").size() == 1);
    for (Client *client : {&t.alice, &t.phone}) {
        CHECK_FALSE(t.bench.core().is_quiet());
        Message bye = client->next("BYE");
        CHECK(bye.header(HeaderId::reason) == "SIP;cause=503;text=\"The proxy is going away\"");
        t.bench.send(*client, respond(bye, 200, ""));
    }
    CHECK(t.bench.core().is_quiet());
}

TEST_CASE("a call that rings as the proxy ends is cancelled", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.send(t.phone, respond(at_phone, 180, "phone-tag"));
    t.bench.end_calls();
    CHECK(t.phone.next("CANCEL").is_request());
    CHECK_FALSE(t.bench.core().is_quiet());
    t.bench.send(t.phone, respond(at_phone, 487, "phone-tag"));
    CHECK(t.alice.next("487").is_response());
    CHECK(t.bench.core().is_quiet());
}

TEST_CASE("nobody who is silent keeps the end waiting for ever", "[proxy]") {
    TwoParties t;
    t.establish();
    t.bench.end_calls();
    t.bench.close(t.alice);
    t.bench.advance(std::chrono::seconds(40));
    CHECK(t.bench.core().is_quiet());
}

TEST_CASE("bindings go with the connections of this process, but for those that are opened anew", "[proxy]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    Client &nat = bench.tcp_phone("1002", "10.77.0.22:40000");
    Client &open = bench.tcp_phone("1003", "10.77.0.23:40000");
    bench.enroll(alice, alice_contact);
    bench.enroll(phone, "<sip:1001@10.77.0.21:5060>");
    bench.enroll(nat, "<sip:1002@192.168.0.2:5060;transport=tcp>");
    bench.enroll(open, "<sip:1003@10.77.0.23:5060;transport=tcp>");
    bench.stored.clear();
    bench.drop_connections();
    std::vector<std::string> gone, kept;
    for (const auto &change : bench.stored)
        (change.removed ? gone : kept).push_back(change.binding.user);
    CHECK(gone.size() == 2);
    CHECK(kept == std::vector<std::string>{"1003"});
    CHECK(bench.events("unregistered").size() == 2);
    CHECK(bench.core().contacts("alice", "iop.test", bench.now()).empty());
    CHECK(bench.core().contacts("1001", "iop.test", bench.now()).size() == 1);
}
