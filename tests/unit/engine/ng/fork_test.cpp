// Several callees of one caller, and callees that offer.
#include "calls.hpp"

using namespace cord;
using namespace cord::test;

TEST_CASE("forked branches have media of their own, and go one by one") {
    Bench bench;
    for (const char *branch : {"b1", "b2"}) {
        Dict more = to_phone;
        more.push_back({"via-branch", branch});
        bench.rewritten(offer(browser_audio, more));
    }
    CHECK(bench.open.size() == 6);
    bench.rewritten(answer(phone_answer, {{"via-branch", "b2"}}, {"f", "t2"}));
    CHECK(bench.plans.count(1) == 0);
    CHECK(bench.plans.count(2) == 1);
    bench.command({{"command", "delete"}, {"call-id", "c"}, {"from-tag", "f"}, {"via-branch", "b1"}});
    CHECK(bench.open.size() == 3);
    // Within the dialog both tags tell, whatever the branch.
    bench.rewritten(offer(phone_offer, {{"via-branch", "b9"}}, {"t2", "f"}));
    CHECK(bench.open.size() == 3);
    bench.command({{"command", "delete"}, {"call-id", "c"}, {"from-tag", "t2"}});
    CHECK(bench.open.empty());
}

TEST_CASE("the next target of a serial fork begins anew behind the same caller") {
    Bench bench;
    const std::string first = established(bench, browser_audio);
    bench.rewritten(offer(browser_audio, to_browser));
    const std::string second = bench.rewritten(answer(browser_answer, {}, {"f", "t9"}));
    CHECK(value(second, "ice-ufrag") == value(first, "ice-ufrag"));
    CHECK(bench.open.size() == 2);
    CHECK(bench.plans.at(1).sides[1].transports[0].ice);
}

TEST_CASE("a late offer comes from the callee") {
    Bench bench;
    const Tags tags{"f", "caller"};
    bench.rewritten(offer(phone_offer, to_browser, tags));
    bench.rewritten(answer(browser_answer, {}, tags));
    CHECK(bench.core.sessions().at(0).tags == std::array<std::string, 2>{"f", "caller"});
    CHECK(bench.core.sessions().at(0).answered);
}
