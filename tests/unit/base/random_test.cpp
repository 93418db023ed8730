#include "support/catch.hpp"

#include <map>

#include "base/random.hpp"

using namespace cord;

TEST_CASE("a token is of letters and digits, each as likely as another", "[base]") {
    base::SeededRandom random(7);
    CHECK(random.token(0).empty());
    CHECK(random.token(11).size() == 11);
    std::map<char, int> seen;
    for (char c : random.token(62'000))
        ++seen[c];
    CHECK(seen.size() == 62);
    for (auto [c, times] : seen) {
        CAPTURE(c);
        CHECK(times > 850);
        CHECK(times < 1150);
    }
}
