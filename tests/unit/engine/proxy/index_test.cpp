#include "engine/proxy/index.hpp"

#include <string>

#include "support/catch.hpp"

using namespace cord::engine::proxy;

TEST_CASE("members of a key, and of no other", "[proxy]") {
    Index<std::uint64_t> index;
    index.add(1, {7});
    index.add(1, {7, 0});
    index.add(1, {3, 2});
    index.add(2, {9});
    index.add(0, {5});
    CHECK(index.of(1) == std::vector<Member>{{3, 2}, {7, 0}, {7}});
    CHECK(index.of(2) == std::vector<Member>{{9}});
    CHECK(index.of(0).empty());
    index.remove(1, {7, 0});
    index.remove(3, {7});
    CHECK(index.of(1).size() == 2);

    Index<std::string> by_name;
    by_name.add("", {1});
    by_name.add("a", {1});
    CHECK(by_name.of("").empty());
    CHECK(by_name.of("a").size() == 1);
}
