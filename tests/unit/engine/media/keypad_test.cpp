// The reports of RFC 4733 that a pressed key makes.
#include "engine/media/keypad.hpp"

#include "base/limits.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::media;
using namespace std::chrono_literals;

namespace {

const base::Time start{1h};

std::vector<Keypad::Report> all(Keypad &pad, std::uint32_t clock_rate, std::vector<base::Duration> *times) {
    std::vector<Keypad::Report> out;
    while (pad.deadline() != base::never && out.size() < 1000) {
        if (times != nullptr)
            times->push_back(pad.deadline() - start);
        out.push_back(pad.report(clock_rate));
    }
    return out;
}

} // namespace

TEST_CASE("a key: marked at its beginning, growing, ended three times", "[media][dtmf]") {
    Keypad pad;
    pad.press({.event = 5, .volume = 10, .duration = 50ms}, start);
    std::vector<base::Duration> times;
    const auto reports = all(pad, 8000, &times);
    REQUIRE(reports.size() == 5);
    CHECK(times == std::vector<base::Duration>{0ms, 20ms, 40ms, 60ms, 80ms});
    const std::uint16_t durations[] = {160, 320, 400, 400, 400};
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(reports[i].begins == (i == 0));
        CHECK(reports[i].segment == 0);
        CHECK(reports[i].event.event == 5);
        CHECK(reports[i].event.volume == 10);
        CHECK(reports[i].event.end == (i >= 2));
        CHECK(reports[i].event.duration == durations[i]);
    }
    CHECK_FALSE(pad.sounds());
}

TEST_CASE("keys wait for one another, and for the pause after the last", "[media][dtmf]") {
    Keypad pad;
    pad.press({.event = 1, .duration = 100ms, .pause = 150ms}, start);
    pad.press({.event = 2, .duration = 100ms, .pause = 150ms}, start);
    base::Time second{};
    for (int i = 0; pad.deadline() != base::never; ++i) {
        const base::Time at = pad.deadline();
        if (pad.report(8000).begins && i > 0)
            second = at;
    }
    CHECK(second == start + 250ms);
    pad.press({.event = 3}, second + 120ms);
    CHECK(pad.deadline() == second + 250ms);
    (void)all(pad, 8000, nullptr);
    pad.press({.event = 3}, start + 10s);
    CHECK(pad.deadline() == start + 10s);
}

TEST_CASE("a key longer than its field goes on in segments", "[media][dtmf]") {
    Keypad pad;
    pad.press({.event = 11, .duration = 3s}, start);
    const auto reports = all(pad, 48000, nullptr);
    std::vector<std::uint32_t> segments;
    int full = 0, marked = 0, ended = 0;
    for (const Keypad::Report &r : reports) {
        if (segments.empty() || segments.back() != r.segment)
            segments.push_back(r.segment);
        full += r.event.duration == 0xffff;
        marked += r.begins;
        ended += r.event.end;
        CHECK_FALSE((r.event.end && r.event.duration == 0xffff));
    }
    CHECK(segments == std::vector<std::uint32_t>{0, 0xffff, 2 * 0xffff});
    CHECK(full == 6);
    CHECK(marked == 1);
    CHECK(ended == 3);
    CHECK(reports.back().event.duration == 3 * 48000 - 2 * 0xffff);
}

TEST_CASE("so many keys wait, and no more", "[media][dtmf]") {
    Keypad pad;
    for (std::size_t i = 0; i < base::limits::dtmf_keys + 5; ++i)
        pad.press({.event = 1, .duration = 20ms, .pause = 0ms}, start);
    std::size_t begun = 0;
    while (pad.deadline() != base::never)
        begun += pad.report(8000).begins;
    CHECK(begun == base::limits::dtmf_keys);
}
