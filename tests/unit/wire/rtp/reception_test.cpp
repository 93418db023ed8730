#include "wire/rtp/reception.hpp"

#include "support/catch.hpp"

using namespace cord;
using namespace cord::wire::rtp;
using namespace std::chrono_literals;

namespace {

const base::Time start{1h};

struct Harness {
    Reception reception;

    /// Packet `n` of 20 ms at 8000 Hz, that much later than it should be.
    void arrive(std::uint32_t n, base::Duration late = 0ms, std::uint32_t ssrc = 1,
                std::uint32_t rate = 8000) {
        std::vector<std::uint8_t> bytes;
        append_header(bytes, {0, false, static_cast<std::uint16_t>(n), 160 * n, ssrc});
        reception.note(*Packet::parse(bytes), rate, start + n * 20ms + late);
    }
};

} // namespace

TEST_CASE("steady packets have no loss and no jitter, over the wrap too", "[rtp]") {
    Harness h;
    CHECK(h.reception.lost() == 0);
    CHECK(h.reception.jitter() == 0ms);
    for (std::uint32_t n = 65'000; n < 66'500; ++n)
        h.arrive(n);
    CHECK(h.reception.lost() == 0);
    CHECK(h.reception.jitter() < 1ms);
}

TEST_CASE("packets that are missing count, and those that are late do not", "[rtp]") {
    Harness h;
    for (std::uint32_t n : {1, 2, 5, 4, 6, 6})
        h.arrive(n);
    CHECK(h.reception.lost() == 0); // 3 is missing, and 6 came twice
    h.arrive(10);
    CHECK(h.reception.lost() == 3);
}

TEST_CASE("jitter comes near the mean change of the delay", "[rtp]") {
    Harness h;
    for (std::uint32_t n = 0; n < 500; ++n)
        h.arrive(n, n % 2 == 0 ? 0ms : 10ms);
    CHECK(h.reception.jitter() > 9ms);
    CHECK(h.reception.jitter() < 11ms);
}

TEST_CASE("a new source begins anew and keeps what was lost; an event's clock is no jitter", "[rtp]") {
    Harness h;
    h.arrive(1);
    h.arrive(3);
    h.arrive(40'000, 0ms, 2);
    h.arrive(40'001, 0ms, 2);
    CHECK(h.reception.lost() == 1);
    h.arrive(40'002, 0ms, 2, 48'000);
    h.arrive(40'003, 0ms, 2);
    CHECK(h.reception.lost() == 1);
    CHECK(h.reception.jitter() < 1ms);
    h.arrive(10, 0ms, 2); // the same source, far back
    h.arrive(11, 0ms, 2);
    CHECK(h.reception.lost() == 1);
}
