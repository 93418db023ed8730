// A proxy that is restarted goes on with its calls: by the records it left and the secret it shares with the
// next.
#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

engine::proxy::Config keeping() {
    engine::proxy::Config config = Bench::default_config();
    config.keep_calls = true;
    config.secret = "of both processes";
    return config;
}

} // namespace

TEST_CASE("a call between phones goes on after a restart", "[proxy]") {
    TwoParties t(keeping());
    Client &second = t.bench.phone("desk", "10.77.0.22:5060");
    t.bench.enroll(second, "<sip:desk@10.77.0.22:5060>");
    t.bench.send_with_password(t.phone, invite(t.phone, "desk", phone_sdp));
    t.bench.send(second, respond(second.next("INVITE"), 200, "desk-tag", phone_sdp, "sip:desk@10.77.0.22"));
    Message ok = t.phone.next("200");
    t.bench.send(t.phone, in_dialog(ok, t.phone, true, "ACK", 11));
    CHECK(second.next("ACK").is_request());
    CHECK(t.bench.restart() == 1);
    t.bench.send(second, in_dialog(ok, second, false, "INFO", 1));
    CHECK(t.phone.next("INFO").is_request());
    t.bench.send(t.phone, in_dialog(ok, t.phone, true, "BYE", 12));
    t.bench.send(second, respond(second.next("BYE"), 200, ""));
    CHECK(t.phone.next("200").is_response());
    CHECK(t.bench.core().calls(t.bench.now()).empty());
    CHECK(t.bench.restart() == 0);
}

TEST_CASE("a browser comes back to the next process, and its call goes on through the breaker", "[proxy]") {
    TwoParties t(keeping());
    Message ok = t.establish();
    CHECK(t.bench.restart() == 1);
    const auto calls = t.bench.core().calls(t.bench.now());
    REQUIRE(calls.size() == 1);
    CHECK(calls.front().state == "answered");
    CHECK(calls.front().bridged);
    t.bench.reconnect(t.alice);
    t.bench.advance(10s);
    t.bench.enroll(t.alice, alice_contact);
    t.bench.advance(60s);
    CHECK(t.phone.idle());
    t.bench.send(t.phone, in_dialog(ok, t.phone, false, "INVITE", 1, phone_sdp));
    CHECK(t.alice.next("INVITE").is_request());
    CHECK(ng(t.bench.breaker_requests.back(), "command") == "offer");
    CHECK(ng(t.bench.breaker_requests.back(), "call-id") == ok.call_id());
}

TEST_CASE("a browser that does not come back to the next process is hung up for", "[proxy]") {
    TwoParties t(keeping());
    t.establish();
    CHECK(t.bench.restart() == 1);
    t.bench.advance(29s);
    CHECK(t.phone.idle());
    t.bench.advance(2s);
    Message bye = t.phone.next("BYE");
    CHECK(wire::sip::from(bye)->tag() == "from-alice");
    CHECK(wire::sip::cseq(bye)->number == 12);
    CHECK(ng(t.bench.breaker_requests.back(), "command") == "delete");
}

TEST_CASE("a call that still rings is not kept, nor one that has ended", "[proxy]") {
    TwoParties t(keeping());
    t.ring();
    CHECK(t.bench.kept.empty());
    CHECK(t.bench.restart() == 0);
}

TEST_CASE("calls made after a restart have numbers of their own", "[proxy]") {
    TwoParties t(keeping());
    t.establish();
    const std::uint64_t before = t.bench.core().calls(t.bench.now()).front().number;
    t.bench.restart();
    Client &second = t.bench.phone("desk", "10.77.0.22:5060");
    t.bench.enroll(second, "<sip:desk@10.77.0.22:5060>");
    t.bench.send_with_password(t.phone, invite(t.phone, "desk", phone_sdp));
    for (const auto &call : t.bench.core().calls(t.bench.now()))
        CHECK((call.number == before || call.number > before));
    CHECK(t.bench.core().calls(t.bench.now()).size() == 2);
}

TEST_CASE("an orderly end leaves the calls that are kept, and ends those that ring", "[proxy]") {
    TwoParties t(keeping());
    t.establish();
    t.bench.end_calls();
    CHECK(t.phone.idle());
    CHECK(t.bench.core().is_quiet());
    CHECK(t.bench.restart() == 1);
}

TEST_CASE("the records so far come to one for each call", "[proxy]") {
    TwoParties t(keeping());
    Message ok = t.establish();
    t.bench.send(t.phone, in_dialog(ok, t.phone, false, "INFO", 1));
    const std::string shorter = t.bench.core().kept();
    CHECK(shorter.size() < t.bench.kept.size());
    t.bench.kept = shorter;
    CHECK(t.bench.restart() == 1);
}

TEST_CASE("records cut short or of something else are left out", "[proxy]") {
    TwoParties t(keeping());
    t.establish();
    const std::string good = t.bench.kept;
    SECTION("half a record at the end") {
        t.bench.kept = good + good.substr(0, good.size() / 2);
        CHECK(t.bench.restart() == 1);
    }
    SECTION("a record without its fields") {
        t.bench.kept = good + "d2:idi77e4:from3:bobe";
        CHECK(t.bench.restart() == 1);
    }
    SECTION("no record at all") {
        t.bench.kept = "garbage";
        CHECK(t.bench.restart() == 0);
    }
    SECTION("every way of cutting it") {
        for (std::size_t size = 0; size < good.size(); size += 7) {
            t.bench.kept = good.substr(0, size);
            CHECK(t.bench.restart() <= 1);
        }
    }
}

TEST_CASE("a token of another secret leads nowhere", "[proxy]") {
    TwoParties t; // keeps nothing: the next process makes up another secret
    Message ok = t.establish();
    CHECK(t.bench.kept.empty());
    CHECK(t.bench.restart() == 0);
    t.bench.send(t.phone, in_dialog(ok, t.phone, false, "BYE", 1));
    CHECK_FALSE(t.phone.next().status() == 200);
}
