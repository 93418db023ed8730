#include "engine/ice/agent.hpp"

#include "base/limits.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine;
using namespace std::chrono_literals;
using ice::Outcome;
using Verdict = Outcome::Verdict;
using wire::stun::Attribute;
using wire::stun::Builder;
using wire::stun::Class;
using wire::stun::Message;

namespace {

const base::Time start{1h};
const ice::Credentials ours{"ourfrag", "our-password-of-22-chars"};

ice::Path path(const char *remote, std::uint32_t local = 0) {
    return {local, *base::Endpoint::parse(remote)};
}

/// A check as a full agent sends it.
struct Check {
    std::string username = "ourfrag:theirs";
    std::string password = ours.password;
    Attribute role = Attribute::ice_controlling;
    std::uint32_t priority = 100;
    bool nominates = false;
    std::optional<std::uint16_t> extra = std::nullopt;

    [[nodiscard]] std::vector<std::uint8_t> bytes() const {
        Builder b(Class::request, wire::stun::binding, {1, 2, 3});
        b.text(Attribute::username, username).number64(role, 7).number32(Attribute::priority, priority);
        if (nominates)
            b.flag(Attribute::use_candidate);
        if (extra)
            b.number32(Attribute{*extra}, 0);
        return b.integrity(base::as_bytes(password)).fingerprint().take();
    }
};

int error_of(const Outcome &a) { return Message::parse(a.response)->error_code().value_or(0); }

} // namespace

TEST_CASE("a check is answered with the address it came from", "[ice]") {
    ice::Agent agent(ours);
    CHECK_FALSE(agent.selected());
    CHECK(agent.deadline() == base::never);
    Outcome answer = agent.receive(Check{}.bytes(), path("192.0.2.7:4000"), start);
    CHECK(answer.verdict == Verdict::answered);
    auto response = Message::parse(answer.response);
    REQUIRE(response);
    CHECK(response->message_class() == Class::success);
    CHECK(response->transaction() == wire::stun::TransactionId{1, 2, 3});
    CHECK(response->xor_mapped_address() == base::Endpoint::parse("192.0.2.7:4000"));
    CHECK(response->integrity_holds(base::as_bytes(ours.password)));
    CHECK(response->fingerprint_holds());
    CHECK(agent.is_valid(path("192.0.2.7:4000")));
    CHECK_FALSE(agent.is_valid(path("192.0.2.7:4001")));
    CHECK_FALSE(agent.is_valid(path("192.0.2.7:4000", 1)));
    CHECK(agent.selected() == path("192.0.2.7:4000"));
}

TEST_CASE("checks that are not the peer's are dropped", "[ice]") {
    ice::Agent agent(ours);
    auto from = path("192.0.2.66:1");
    CHECK(agent.receive(Check{.password = "guess"}.bytes(), from, start).verdict == Verdict::wrong_password);
    CHECK(agent.receive(Check{.username = "other:theirs"}.bytes(), from, start).verdict ==
          Verdict::unknown_user);
    CHECK(agent.receive(Check{.username = ""}.bytes(), from, start).verdict == Verdict::unknown_user);
    agent.set_remote_ufrag("theirs");
    CHECK(agent.receive(Check{.username = "ourfrag:else"}.bytes(), from, start).verdict ==
          Verdict::unknown_user);
    CHECK(agent.receive(base::as_bytes("garbage"), from, start).verdict == Verdict::ignored);
    auto other_fingerprint = Check{}.bytes();
    other_fingerprint.back() ^= 1;
    CHECK(agent.receive(other_fingerprint, from, start).verdict == Verdict::ignored);
    auto indication = Builder(Class::indication, wire::stun::binding, {}).take();
    CHECK(agent.receive(indication, from, start).verdict == Verdict::ignored);
    CHECK_FALSE(agent.is_valid(from));
    CHECK(agent.deadline() == base::never);
}

TEST_CASE("a peer that takes itself for controlled is told so", "[ice]") {
    ice::Agent agent(ours);
    auto answer =
        agent.receive(Check{.role = Attribute::ice_controlled}.bytes(), path("192.0.2.7:4000"), start);
    CHECK(answer.verdict == Verdict::refused);
    CHECK(error_of(answer) == 487);
    CHECK_FALSE(agent.is_valid(path("192.0.2.7:4000")));
}

TEST_CASE("attributes that must be understood and are not get 420, others pass", "[ice]") {
    ice::Agent agent(ours);
    auto answer = agent.receive(Check{.extra = 0x7abc}.bytes(), path("192.0.2.7:4000"), start);
    CHECK(error_of(answer) == 420);
    CHECK(Message::parse(answer.response)->find(Attribute::unknown_attributes)->size() == 2);
    // 0xc057 is libwebrtc's network information.
    CHECK(agent.receive(Check{.extra = 0xc057}.bytes(), path("192.0.2.7:4000"), start).verdict ==
          Verdict::answered);
}

TEST_CASE("the nominated path is selected, the better one of two", "[ice]") {
    ice::Agent agent(ours);
    auto relay = path("198.51.100.1:5");
    auto host = path("192.0.2.7:4000");
    (void)agent.receive(Check{.priority = 10}.bytes(), relay, start);
    (void)agent.receive(Check{.priority = 10, .nominates = true}.bytes(), relay, start);
    CHECK(agent.selected() == relay);
    (void)agent.receive(Check{.priority = 90, .nominates = true}.bytes(), host, start);
    CHECK(agent.selected() == host);
    // Aggressive nomination goes round all paths: the better one stays.
    for (int round = 0; round < 3; ++round) {
        (void)agent.receive(Check{.priority = 10, .nominates = true}.bytes(), relay, start);
        (void)agent.receive(Check{.priority = 90, .nominates = true}.bytes(), host, start);
        CHECK(agent.selected() == host);
    }
}

TEST_CASE("a peer that moves to a worse path is followed at its second nomination", "[ice]") {
    ice::Agent agent(ours);
    auto wifi = path("192.0.2.7:4000");
    auto mobile = path("198.51.100.1:5");
    (void)agent.receive(Check{.priority = 90, .nominates = true}.bytes(), wifi, start);
    (void)agent.receive(Check{.priority = 10, .nominates = true}.bytes(), mobile, start);
    CHECK(agent.selected() == wifi);
    (void)agent.receive(Check{.priority = 10, .nominates = true}.bytes(), mobile, start);
    CHECK(agent.selected() == mobile);
}

TEST_CASE("consent lasts as long as checks come", "[ice]") {
    ice::Agent agent(ours);
    (void)agent.receive(Check{}.bytes(), path("192.0.2.7:4000"), start);
    CHECK(agent.deadline() == start + 30s);
    (void)agent.receive(Check{}.bytes(), path("192.0.2.7:4000"), start + 20s);
    CHECK(agent.deadline() == start + 50s);
}

TEST_CASE("after a restart the old path serves until a new one is nominated", "[ice]") {
    ice::Agent agent(ours);
    auto old_path = path("192.0.2.7:4000");
    auto new_path = path("192.0.2.7:5000");
    (void)agent.receive(Check{.priority = 90, .nominates = true}.bytes(), old_path, start);
    agent.restart({"fresh", "another-password-22-chars"});
    CHECK(agent.selected() == old_path);
    CHECK(agent.receive(Check{}.bytes(), old_path, start).verdict == Verdict::unknown_user);
    Check check{.username = "fresh:theirs",
                .password = "another-password-22-chars",
                .priority = 1,
                .nominates = true};
    (void)agent.receive(check.bytes(), new_path, start);
    CHECK(agent.selected() == new_path);
}

TEST_CASE("the number of paths is limited and the selected one stays", "[ice]") {
    ice::Agent agent(ours);
    auto first = path("192.0.2.1:1");
    (void)agent.receive(Check{.nominates = true}.bytes(), first, start);
    for (std::uint16_t port = 2; port < 2 + 2 * base::limits::ice_paths; ++port)
        (void)agent.receive(Check{}.bytes(), {0, {first.remote.ip, port}}, start + 1s * port);
    CHECK(agent.is_valid(first));
    CHECK_FALSE(agent.is_valid({0, {first.remote.ip, 2}}));
    CHECK(agent.is_valid({0, {first.remote.ip, 1 + 2 * base::limits::ice_paths}}));
}

TEST_CASE("a stranger's plain binding request is answered as by a STUN server", "[ice]") {
    auto from = *base::Endpoint::parse("[2001:db8::7]:4000");
    auto plain = Builder(Class::request, wire::stun::binding, {}).take();
    auto answer = ice::answer_stranger(plain, from);
    REQUIRE(answer);
    CHECK(Message::parse(*answer)->xor_mapped_address() == from);
    CHECK_FALSE(ice::answer_stranger(Check{}.bytes(), from));
    CHECK_FALSE(ice::answer_stranger(base::as_bytes("x"), from));
    CHECK(ice::local_ufrag_of(Check{}.bytes()) == "ourfrag");
    CHECK(ice::local_ufrag_of(plain).empty());
}
