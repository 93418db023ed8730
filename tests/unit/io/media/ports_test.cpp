// Pairs of ports from a range: all of them, one each, and what is said when none is left.
#include "io/media/ports.hpp"

#include <set>

#include "io/media/pairs.hpp"
#include "io/net/socket.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::io;
using media::Pairs;
using media::Ports;

namespace {

const base::IpAddress loopback = *base::IpAddress::parse("127.0.0.1");

std::set<std::uint16_t> take_all(Pairs &pairs, base::Random &random) {
    std::set<std::uint16_t> out;
    while (auto pair = pairs.take(random))
        CHECK(out.insert(*pair).second);
    return out;
}

/// The first of `count` ports that nobody has right now; it is even.
std::uint16_t free_range(std::uint16_t count, base::Random &random) {
    for (int tries = 0; tries < 1000; ++tries) {
        const auto first = static_cast<std::uint16_t>(20'000 + 2 * random.below(5'000));
        bool free = true;
        for (std::uint16_t n = 0; free && n < count; ++n)
            free = net::bind_media({loopback, static_cast<std::uint16_t>(first + n)}).has_value();
        if (free)
            return first;
    }
    FAIL("no range of free ports");
    return 0;
}

} // namespace

TEST_CASE("each pair of a range is taken once, in an order that cannot be told", "[io-media]") {
    base::SeededRandom random(7), other(8);
    Pairs pairs(30'000, 30'199), again(30'000, 30'199);
    CHECK(pairs.take(random) != again.take(other));
    const auto taken = take_all(pairs, random);
    CHECK(taken.size() == 99);
    CHECK(*taken.begin() >= 30'000);
    CHECK(*taken.rbegin() <= 30'198);
}

TEST_CASE("a pair is free again when both of its ports are", "[io-media]") {
    base::SeededRandom random(7);
    Pairs pairs(30'000, 30'001);
    REQUIRE(pairs.take(random) == 30'000);
    pairs.release(30'000);
    CHECK_FALSE(pairs.take(random));
    pairs.release(30'000);
    CHECK(pairs.take(random) == 30'000);
}

TEST_CASE("pairs of other programs are told apart, and tried again a few at a time", "[io-media]") {
    base::SeededRandom random(7);
    Pairs pairs(30'000, 30'199);
    for (std::uint16_t pair : take_all(pairs, random))
        pairs.set_aside(pair);
    CHECK(pairs.describe() ==
          "all media ports from 30000 to 30199 are in use, 100 of 100 pairs by other programs");
    CHECK_FALSE(pairs.take(random));
    pairs.reconsider();
    CHECK(take_all(pairs, random).size() == 8);
}

TEST_CASE("a range without a pair says so", "[io-media]") {
    base::SeededRandom random(7);
    for (auto [first, last] :
         {std::pair(30'000, 30'000), std::pair(30'001, 30'002), std::pair(30'002, 30'000)}) {
        Ports ports(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last), random);
        auto pair = ports.bind_pair(loopback);
        REQUIRE_FALSE(pair);
        CHECK(pair.error() == "the range of media ports holds no pair");
    }
}

TEST_CASE("the last pair of a range is found, and given again when it is released", "[io-media]") {
    base::SeededRandom random(7);
    const std::uint16_t first = free_range(8, random);
    Ports ports(first, static_cast<std::uint16_t>(first + 7), random);
    auto stranger = net::bind_media({loopback, static_cast<std::uint16_t>(first + 3)});
    REQUIRE(stranger);
    std::vector<media::PortPair> taken;
    for (int n = 0; n < 3; ++n)
        taken.push_back(ports.bind_pair(loopback).value());
    auto refused = ports.bind_pair(loopback);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().ends_with("1 of 4 pairs by other programs"));

    ports.release(taken[1].rtp);
    ports.release(taken[1].rtcp);
    auto again = ports.bind_pair(loopback);
    REQUIRE(again);
    CHECK(again->rtp_port == taken[1].rtp_port);

    CHECK_FALSE(ports.bind_pair(loopback));
    stranger->reset();
    CHECK_FALSE(
        ports.bind_pair(*base::IpAddress::parse("192.0.2.1"))); // another address has pairs of its own
    auto freed = ports.bind_pair(loopback);
    REQUIRE(freed);
    CHECK(freed->rtp_port == first + 2);
}
