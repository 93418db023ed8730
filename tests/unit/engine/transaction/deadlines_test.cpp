#include "engine/transaction/deadlines.hpp"

#include <map>

#include "base/random.hpp"
#include "support/catch.hpp"

using namespace cord;
using engine::transaction::DeadlineHeap;

TEST_CASE("the heap agrees with a sorted map, whatever is set and changed") {
    base::SeededRandom random(7);
    DeadlineHeap heap;
    std::map<std::uint32_t, base::Time> expected;
    const auto earliest = [&] {
        base::Time t = base::never;
        for (const auto &[slot, deadline] : expected)
            t = std::min(t, deadline);
        return t;
    };
    for (int i = 0; i < 5000; ++i) {
        const auto slot = static_cast<std::uint32_t>(random.below(50));
        const base::Time deadline{base::Duration(random.below(1000))};
        switch (random.below(4)) {
        case 0:
            heap.set(slot, base::never);
            expected.erase(slot);
            break;
        case 1:
            if (const auto due = heap.pop_due(deadline)) {
                REQUIRE(expected.at(*due) == earliest());
                REQUIRE(expected.at(*due) <= deadline);
                expected.erase(*due);
            } else {
                REQUIRE(earliest() > deadline);
            }
            break;
        default: heap.set(slot, deadline); expected[slot] = deadline;
        }
        REQUIRE(heap.next() == earliest());
    }
}
