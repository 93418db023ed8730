// Recordings: begun and ended by commands, by keys of offers, and with the call.
#include "calls.hpp"

using namespace cord;
using namespace cord::test;
using wire::bencode::text_of;

namespace {

Dict about_call(const char *command, const Dict &more = {}) {
    Dict out{{"command", command}, {"call-id", "c"}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

engine::ng::Config recording() {
    auto config = Bench::default_config();
    config.record_dir = "/var/spool/calls";
    return config;
}

struct Recording : Bench {
    Recording() : Bench(recording()) {}
    void ok(const Dict &dict) { CHECK(is_done(command(dict))); }
    std::string start() {
        const Dict reply = command(about_call("start recording"));
        CHECK(text_of(reply, "result") == "ok");
        return std::string(text_of(reply, "recording-file"));
    }
};

} // namespace

TEST_CASE("a recording begins, pauses, goes on in the same file, and ends", "[ng][recording]") {
    Recording bench;
    established(bench);
    const std::string file = bench.start();
    CHECK(file.starts_with("/var/spool/calls/c-"));
    CHECK(file.ends_with(".pcap"));
    REQUIRE(bench.recordings.size() == 1);
    const auto id = bench.recordings.begin()->first;
    CHECK(bench.recordings.begin()->second == file);
    CHECK(bench.recorded[1] == id);
    CHECK(text_of(bench.command(about_call("query")), "recording-file") == file);

    SECTION("by its command") { bench.ok(about_call("pause recording")); }
    SECTION("by stop and a flag") { bench.ok(about_call("stop recording", {{"flags", List{"pause"}}})); }
    SECTION("by stop and a key") { bench.ok(about_call("stop recording", {{"pause", "yes"}})); }
    CHECK(bench.recorded[1] == 0);
    CHECK(bench.recordings.size() == 1);
    CHECK(bench.start() == file);
    CHECK(bench.recorded[1] == id);

    bench.ok(about_call("stop recording"));
    CHECK(bench.recorded[1] == 0);
    CHECK(bench.recordings.empty());
    CHECK(bench.discarded.empty());
    bench.ok(about_call("stop recording"));
    CHECK(bench.start() != file); // never the same file twice
}

TEST_CASE("a recording ends with its call, and is thrown away when that is wanted", "[ng][recording]") {
    Recording bench;
    established(bench);
    bench.start();
    const Dict discard{{"flags", List{"discard-recording"}}};
    SECTION("kept") {
        bench.command(about_call("delete"));
        CHECK(bench.discarded.empty());
    }
    SECTION("thrown away with the call") {
        bench.command(about_call("delete", discard));
        CHECK(bench.discarded.size() == 1);
    }
    SECTION("thrown away before") {
        bench.ok(about_call("stop recording", discard));
        CHECK(bench.discarded.size() == 1);
    }
    CHECK(bench.recordings.empty());
}

TEST_CASE("an offer or an answer asks for a recording", "[ng][recording]") {
    Recording bench;
    SECTION("the offer") {
        bench.rewritten(offer(phone_offer, {{"record-call", "yes"}, {"metadata", "who=me"}}));
        bench.rewritten(answer(phone_answer));
    }
    SECTION("the answer") {
        bench.rewritten(offer(phone_offer, {{"metadata", "who=me"}}));
        CHECK(bench.recordings.empty());
        bench.rewritten(answer(phone_answer, {{"record-call", "on"}}));
    }
    REQUIRE(bench.recordings.size() == 1);
    CHECK(bench.recorded[1] == bench.recordings.begin()->first);
    CHECK(text_of(bench.command(about_call("query")), "metadata") == "who=me");
    bench.rewritten(offer(phone_offer, {{"record-call", "no"}}, from_caller));
    CHECK(bench.recordings.empty());
    CHECK(bench.recorded[1] == 0);
}

TEST_CASE("a branch of a recorded call is recorded, too", "[ng][recording]") {
    Recording bench;
    bench.rewritten(offer(phone_offer, {{"via-branch", "one"}, {"record-call", "yes"}}));
    bench.rewritten(offer(phone_offer, {{"via-branch", "two"}}));
    bench.rewritten(answer(phone_answer, {{"via-branch", "two"}}));
    REQUIRE(bench.recordings.size() == 1);
    CHECK(bench.recorded[2] == bench.recordings.begin()->first);
}

TEST_CASE("without a folder nothing is recorded, and calls go on", "[ng][recording]") {
    Bench bench;
    CHECK(text_of(bench.command(about_call("start recording")), "error-reason") == "Unknown call-id");
    bench.rewritten(offer(phone_offer, {{"record-call", "yes"}}));
    bench.rewritten(answer(phone_answer));
    CHECK(bench.recordings.empty());
    CHECK(text_of(bench.command(about_call("start recording")), "result") == "error");
}

TEST_CASE("a Call-ID makes no path", "[ng][recording]") {
    Recording bench;
    bench.rewritten(offer(phone_offer));
    Dict evil = offer(phone_offer, {{"record-call", "yes"}});
    for (auto &entry : evil)
        if (entry.key == "call-id")
            entry.value = "../a b/" + std::string(300, 'x');
    bench.rewritten(evil);
    REQUIRE(bench.recordings.size() == 1);
    const std::string &path = bench.recordings.begin()->second;
    CHECK(path.starts_with("/var/spool/calls/%2e.%2fa%20b%2fxxx"));
    CHECK(path.size() < 255);
}

TEST_CASE("candidates that trickle in are taken, of calls that are known", "[ng]") {
    Bench bench;
    const Dict fragment = offer("a=ice-ufrag:abcd\r\na=candidate:1 1 UDP 1 192.0.2.1 4000 typ host\r\n",
                                {{"flags", List{"fragment"}}});
    CHECK(text_of(bench.command(fragment), "error-reason") == "Unknown call-id");
    bench.rewritten(offer(phone_offer));
    CHECK(is_done(bench.command(fragment)));
}
