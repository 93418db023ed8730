#include "engine/media/peer_address.hpp"

#include "support/catch.hpp"

using namespace cord;
using engine::media::PeerAddress;

static base::Endpoint at(const char *text) { return *base::Endpoint::parse(text); }

TEST_CASE("a NAT may change the port once, and nobody takes the place later", "[media]") {
    PeerAddress peer;
    peer.plan(at("203.0.113.7:4000"));
    CHECK(peer.remote() == at("203.0.113.7:4000"));
    CHECK(peer.may_be(at("203.0.113.7:61000")));
    CHECK_FALSE(peer.may_be(at("198.51.100.1:4000")));
    peer.learn(at("203.0.113.7:61000"));
    CHECK(peer.remote() == at("203.0.113.7:61000"));
    CHECK_FALSE(peer.may_be(at("203.0.113.7:61001")));
}

TEST_CASE("a private address tells nothing of where packets come from", "[media]") {
    PeerAddress peer;
    for (const char *described :
         {"192.168.1.5:4000", "10.0.0.1:4000", "172.20.0.1:1", "100.64.0.1:1", "[fd00::1]:1"}) {
        peer.plan(at(described));
        CHECK(peer.may_be(at("203.0.113.9:5555")));
    }
    peer.learn(at("203.0.113.9:5555"));
    CHECK_FALSE(peer.may_be(at("203.0.113.10:5555")));
}

TEST_CASE("the described address wins over a stranger that came first", "[media]") {
    PeerAddress peer;
    peer.plan(at("10.0.0.1:4000"));
    peer.learn(at("10.0.0.66:1"));
    CHECK(peer.remote() == at("10.0.0.66:1"));
    REQUIRE(peer.may_be(at("10.0.0.1:4000")));
    peer.learn(at("10.0.0.1:4000"));
    CHECK(peer.remote() == at("10.0.0.1:4000"));
    CHECK_FALSE(peer.may_be(at("10.0.0.66:1")));
}

TEST_CASE("a new description begins anew, the same one does not", "[media]") {
    PeerAddress peer;
    CHECK(peer.may_be(at("203.0.113.9:5555")));
    peer.plan(at("10.0.0.1:4000"));
    peer.learn(at("10.0.0.1:4001"));
    peer.plan(at("10.0.0.1:4000"));
    CHECK(peer.remote() == at("10.0.0.1:4001"));
    peer.plan(at("10.0.0.1:6000"));
    CHECK(peer.remote() == at("10.0.0.1:6000"));
}
