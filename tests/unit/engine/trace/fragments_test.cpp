#include "engine/trace/fragments.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;
using namespace std::chrono_literals;

namespace {

IpPacket piece(std::uint32_t id, std::uint32_t offset, bool more, std::string_view payload) {
    IpPacket p;
    p.protocol = 17; // UDP
    p.id = id;
    p.offset = offset;
    p.more = more;
    p.payload = cord::base::as_bytes(payload);
    return p;
}

} // namespace

TEST_CASE("a datagram in any order of its fragments") {
    std::vector<IpPacket> pieces = {piece(1, 0, true, "abcdefgh"), piece(1, 8, true, "ijklmnop"),
                                    piece(1, 16, false, "qrs")};
    std::vector<std::size_t> order = {0, 1, 2};
    do {
        Fragments f;
        CHECK(!f.add(pieces[order[0]], {}));
        CHECK(!f.add(pieces[order[1]], {}));
        const auto whole = f.add(pieces[order[2]], {});
        REQUIRE(whole);
        CHECK(!whole->is_fragment());
        CHECK(cord::base::as_text(whole->payload) == "abcdefghijklmnopqrs");
        CHECK(f.counts().whole == 1);
        CHECK(f.counts().headless + f.counts().incomplete == 0);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("of bytes that come twice the first hold") {
    Fragments f;
    CHECK(!f.add(piece(1, 0, true, "abcdefgh"), {}));
    CHECK(!f.add(piece(1, 0, true, "ABCDEFGHIJKLMNOP"), {}));
    const auto whole = f.add(piece(1, 16, false, "q"), {});
    REQUIRE(whole);
    CHECK(cord::base::as_text(whole->payload) == "abcdefghIJKLMNOPq");
}

TEST_CASE("fragments of different datagrams, and ones that are no fragments") {
    Fragments f;
    CHECK(!f.add(piece(1, 0, true, "abcdefgh"), {}));
    CHECK(!f.add(piece(2, 8, false, "x"), {}));
    CHECK(!f.add(piece(3, 0, true, "not eight"), {}));
    CHECK(!f.add(piece(3, 65'528, false, "past the end"), {}));
    CHECK(f.counts().incomplete == 1);
    CHECK(f.counts().headless == 1);
    CHECK(f.counts().unusable == 2);
}

TEST_CASE("datagrams that never become whole are bounded") {
    Fragments f;
    const auto n = static_cast<std::uint32_t>(cord::base::limits::trace_fragmented);
    for (std::uint32_t id = 0; id <= n; ++id)
        CHECK(!f.add(piece(id, 0, true, "abcdefgh"), Stamp(std::chrono::milliseconds(id))));
    // The oldest made room; the second is still waited for.
    CHECK(!f.add(piece(0, 8, false, "i"), Stamp(2s)));
    CHECK(f.add(piece(2, 8, false, "i"), Stamp(2s)));
}
