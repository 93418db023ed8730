// Sequence numbers when packets are put in and left out.
#include "engine/media/numbering.hpp"

#include "support/catch.hpp"

using cord::engine::media::Numbering;

TEST_CASE("nothing put in: numbers are those of the source, lost and late ones too", "[media][numbering]") {
    Numbering n;
    for (std::uint16_t s : {65534, 65535, 0, 3, 2, 65533})
        CHECK(n.pass(1, s) == s);
    CHECK(n.shift(1) == 0);
}

TEST_CASE("what is put in shifts what follows, and not what comes late", "[media][numbering]") {
    Numbering n;
    CHECK(n.pass(1, 65533) == 65533);
    CHECK(n.pass(1, 65535) == 65535);
    CHECK(n.put_in() == 0);
    CHECK(n.pass(1, 65534) == 65534);
    CHECK(n.put_in() == 1);
    CHECK(n.pass(1, 0) == 2);
    CHECK(n.pass(1, 65532) == 65532);
    CHECK(n.pass(1, 2) == 4);
    CHECK(n.pass(1, 1) == 3);
    CHECK(n.shift(1) == 2);
    CHECK(n.shift(2) == 0);
}

TEST_CASE("what is left out leaves no gap, and does not come back", "[media][numbering]") {
    Numbering n;
    CHECK(n.pass(1, 10) == 10);
    n.leave_out(1, 11);
    CHECK(n.put_in() == 11);
    n.leave_out(1, 13);
    CHECK_FALSE(n.pass(1, 12)); // while it is open
    CHECK(n.pass(1, 14) == 12);
    CHECK_FALSE(n.pass(1, 13));
    CHECK(n.pass(1, 9) == 9);
    CHECK(n.shift(1) == -2);
    // What is lost behind it stays lost.
    n.leave_out(1, 15);
    CHECK(n.pass(1, 18) == 15);
}

TEST_CASE("another source has its own numbers", "[media][numbering]") {
    Numbering n;
    CHECK(n.pass(1, 10) == 10);
    CHECK(n.put_in() == 11);
    n.leave_out(2, 500);
    CHECK(n.put_in() == 12);
    CHECK(n.pass(2, 501) == 501);
    CHECK(n.shift(1) == 0);
    n.begin(3, 65535);
    CHECK(n.put_in() == 65535);
    CHECK(n.put_in() == 0);
    CHECK(n.pass(3, 7) == 9);
}

TEST_CASE("numbers that go round come to no old hole", "[media][numbering]") {
    Numbering n;
    CHECK(n.pass(1, 0) == 0);
    CHECK(n.put_in() == 1);
    for (std::uint32_t i = 1; i < 70'000; ++i) {
        const auto sequence = static_cast<std::uint16_t>(i);
        if (i % 7 == 3) // overtaken by the next
            REQUIRE(n.pass(1, static_cast<std::uint16_t>(i + 1)) == static_cast<std::uint16_t>(i + 2));
        if (i % 7 != 4)
            REQUIRE(n.pass(1, sequence) == static_cast<std::uint16_t>(i + 1));
    }
    for (std::uint32_t i = 70'000; i < 120'000; ++i)
        n.leave_out(1, static_cast<std::uint16_t>(i));
    CHECK_FALSE(n.pass(1, static_cast<std::uint16_t>(119'950)));
    CHECK(n.pass(1, static_cast<std::uint16_t>(120'000)) == static_cast<std::uint16_t>(70'001));
    CHECK(n.shift(1) == 1 - 50'000);
}
