// Commands that keep media, sound or keys from passing.
#include "calls.hpp"

using namespace cord;
using namespace cord::test;
using engine::media::Barrier;
using wire::bencode::text_of;

namespace {

Dict about_call(const char *command, const Dict &more = {}) {
    Dict out{{"command", command}, {"call-id", "c"}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

struct Established : Bench {
    Established() {
        rewritten(offer(phone_offer, {{"label", "caller"}}));
        rewritten(answer(phone_answer, {{"label", "callee"}}));
    }
    void ok(const Dict &dict) { CHECK(is_done(command(dict))); }
    Barrier at(std::size_t side) { return barriers[{1, side}]; }
};

} // namespace

TEST_CASE("media is blocked and silenced for the call, or for one side", "[ng][block]") {
    Established bench;
    SECTION("for the call") {
        // A tag counts with `directional` alone.
        bench.ok(about_call("block media", {{"from-tag", "f"}}));
        CHECK(bench.at(0).media);
        CHECK(bench.at(1).media);
        bench.ok(about_call("unblock media"));
        CHECK_FALSE(bench.at(0).media);
        CHECK_FALSE(bench.at(1).media);
    }
    SECTION("for one side, by its tag") {
        bench.ok(about_call("silence media", {{"from-tag", "f"}, {"flags", List{"directional"}}}));
        CHECK(bench.at(0).sound);
        CHECK_FALSE(bench.at(1).sound);
        bench.ok(about_call("unsilence media", {{"flags", List{"all"}}}));
        CHECK_FALSE(bench.at(0).sound);
    }
    SECTION("by label") {
        bench.ok(about_call("block media", {{"label", "callee"}}));
        CHECK_FALSE(bench.at(0).media);
        CHECK(bench.at(1).media);
    }
    SECTION("by address") {
        auto answered = wire::sdp::parse(phone_answer);
        const auto ip = wire::sdp::connection_of(*answered, answered->media.at(0))->ip();
        bench.ok(about_call("block media", {{"address", ip->text()}}));
        CHECK(bench.at(1).media);
    }
}

TEST_CASE("keys are blocked, and what stands for them", "[ng][block]") {
    Established bench;
    bench.ok(about_call("block DTMF"));
    CHECK(bench.at(0).keys == Barrier::Keys::drop);
    bench.ok(about_call("block DTMF", {{"DTMF-security", "random"}}));
    CHECK(bench.at(0).keys == Barrier::Keys::random);
    bench.ok(about_call("block DTMF", {{"DTMF-security", "zero"}}));
    CHECK(bench.at(1).keys == Barrier::Keys::replace);
    CHECK(bench.at(1).key == 0);
    bench.ok(about_call("block DTMF", {{"DTMF-security", "DTMF"}, {"digit", "*"}}));
    CHECK(bench.at(1).key == 10);
    bench.ok(about_call("block DTMF", {{"DTMF-security", "silence"}}));
    CHECK(bench.at(1).keys == Barrier::Keys::drop);
    bench.ok(about_call("unblock DTMF"));
    CHECK(bench.at(0).keys == Barrier::Keys::pass);
}

TEST_CASE("a barrier stays through the next offer and answer", "[ng][block]") {
    Established bench;
    bench.ok(about_call("block media", {{"label", "caller"}}));
    bench.rewritten(offer(phone_offer, {}, from_caller));
    bench.rewritten(answer(phone_answer));
    CHECK(bench.plans.at(1).sides[0].streams[0]->barrier.media);
    CHECK_FALSE(bench.plans.at(1).sides[1].streams[0]->barrier.media);
}

TEST_CASE("participants that are not there", "[ng][block]") {
    Established bench;
    auto refused = [&](const Dict &more) {
        return std::string(text_of(bench.command(about_call("block media", more)), "error-reason"));
    };
    CHECK(refused({{"label", "x"}}) == "No monologue matching the given label");
    CHECK(refused({{"address", "x"}}) == "Failed to parse network address");
    CHECK(refused({{"address", "192.0.2.99"}}) == "Failed to match address to any tag");
    CHECK(refused({{"from-tag", "x"}, {"flags", List{"directional"}}}) ==
          "From-tag given, but no such tag exists");
    CHECK(refused({{"from-tag", "f"}, {"to-tag", "x"}, {"flags", List{"directional"}}}) ==
          "Media flow not found (to-tag not found)");
    CHECK(bench.barriers.empty());
}
