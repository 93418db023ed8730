#include "engine/resolve/next_hops.hpp"

#include <algorithm>
#include <map>

#include "base/limits.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::resolve;

namespace {

/// A zone in a few lines; what is not in it does not exist.
struct Zone {
    std::map<DnsQuestion, std::vector<DnsRecord>> records;
    std::vector<DnsQuestion> broken;
    std::size_t asked = 0;

    Zone &naptr(std::string name, std::uint16_t order, std::uint16_t preference, std::string service,
                std::string to, std::string flags = "s") {
        records[{RecordType::naptr, std::move(name)}].emplace_back(
            Naptr{order, preference, std::move(flags), std::move(service), std::move(to)});
        return *this;
    }
    Zone &srv(std::string name, std::uint16_t priority, std::uint16_t weight, std::uint16_t port,
              std::string to) {
        records[{RecordType::srv, std::move(name)}].emplace_back(Srv{priority, weight, port, std::move(to)});
        return *this;
    }
    Zone &host(std::string name, std::string_view ip) {
        auto address = *base::IpAddress::parse(ip);
        records[{address.v6 ? RecordType::aaaa : RecordType::a, std::move(name)}].emplace_back(address);
        return *this;
    }

    NextHops search(std::string_view uri, base::Random &random, Reach reach = {}) {
        NextHops hops(*Destination::of(*wire::sip::Uri::parse(uri)), reach, random);
        for (auto questions = hops.take_questions(); !questions.empty(); questions = hops.take_questions())
            for (const DnsQuestion &q : questions) {
                ++asked;
                const bool fails = std::find(broken.begin(), broken.end(), q) != broken.end();
                auto found = records.find(q);
                hops.answer(q, {found == records.end() ? std::vector<DnsRecord>{} : found->second, fails});
            }
        CHECK(hops.done());
        return hops;
    }

    std::string find(std::string_view uri, Reach reach = {}) {
        base::SeededRandom random(1);
        std::string out;
        for (const Hop &hop : search(uri, random, reach).hops())
            out += (out.empty() ? "" : " ") + std::string(name(hop.transport)) + ":" + hop.address.text();
        return out;
    }
};

} // namespace

TEST_CASE("an address needs no question", "[resolve]") {
    Zone zone;
    CHECK(zone.find("sip:192.0.2.1") == "udp:192.0.2.1:5060");
    CHECK(zone.find("sip:bob@192.0.2.1:5080;transport=TCP") == "tcp:192.0.2.1:5080");
    CHECK(zone.find("sips:192.0.2.1") == "tls:192.0.2.1:5061");
    CHECK(zone.find("sips:192.0.2.1;transport=tcp") == "tls:192.0.2.1:5061");
    CHECK(zone.find("sip:[2001:db8::1]") == "udp:[2001:db8::1]:5060");
    CHECK(zone.find("sip:example.com;maddr=192.0.2.9") == "udp:192.0.2.9:5060");
    CHECK(zone.find("sip:192.0.2.1", {.udp = false}) == "tcp:192.0.2.1:5060");
    CHECK(zone.asked == 0);
}

TEST_CASE("what cannot be reached has no hops", "[resolve]") {
    Zone zone;
    CHECK(zone.find("sip:192.0.2.1;transport=ws").empty());
    CHECK(zone.find("sips:192.0.2.1;transport=udp").empty());
    CHECK(zone.find("sip:192.0.2.1;transport=tls", {.tls = false}).empty());
    CHECK(zone.find("sip:[2001:db8::1]", {.ipv6 = false}).empty());
    CHECK(zone.find("sip:nowhere.example").empty());
    CHECK_FALSE(Destination::of(*wire::sip::Uri::parse("sip:a.example;transport=pigeon")));
    CHECK_FALSE(Destination::of(*wire::sip::Uri::parse("tel:+123")));
}

// The zone of RFC 3263 section 4.1 and 4.2.
TEST_CASE("NAPTR names the services, SRV the hosts", "[resolve]") {
    Zone zone;
    zone.naptr("example.com", 50, 50, "SIPS+D2T", "_sips._tcp.example.com")
        .naptr("example.com", 90, 50, "SIP+D2T", "_sip._tcp.example.com")
        .naptr("example.com", 100, 50, "SIP+D2U", "_sip._udp.Example.com.")
        .srv("_sip._tcp.example.com", 0, 1, 5060, "server1.example.com")
        .srv("_sip._tcp.example.com", 1, 2, 5062, "server2.example.com")
        .srv("_sip._udp.example.com", 0, 0, 5070, "server1.example.com")
        .host("server1.example.com", "192.0.2.1")
        .host("server2.example.com", "192.0.2.2")
        .host("server2.example.com", "2001:db8::2");
    CHECK(zone.find("sip:bob@Example.com") ==
          "tcp:192.0.2.1:5060 tcp:[2001:db8::2]:5062 tcp:192.0.2.2:5062 udp:192.0.2.1:5070");
    CHECK(zone.find("sip:bob@example.com", {.tcp = false}) == "udp:192.0.2.1:5070");
    SECTION("sips takes nothing but sips") { CHECK(zone.find("sips:bob@example.com").empty()); }
    SECTION("a transport named goes to SRV at once") {
        zone.asked = 0;
        CHECK(zone.find("sip:example.com;transport=udp") == "udp:192.0.2.1:5070");
        CHECK(zone.asked == 3);
    }
}

TEST_CASE("without NAPTR each transport's SRV is asked for; without SRV the host", "[resolve]") {
    Zone zone;
    zone.srv("_sip._udp.a.example", 0, 0, 5099, "h.example")
        .host("h.example", "192.0.2.7")
        .host("b.example", "192.0.2.8");
    CHECK(zone.find("sip:a.example") == "udp:192.0.2.7:5099");
    CHECK(zone.find("sip:b.example") == "udp:192.0.2.8:5060");
    CHECK(zone.find("sips:b.example") == "tls:192.0.2.8:5061");
    CHECK(zone.find("sip:b.example;transport=tcp") == "tcp:192.0.2.8:5060");
    SECTION("a port leaves no room for SRV") {
        zone.asked = 0;
        CHECK(zone.find("sip:b.example:5066") == "udp:192.0.2.8:5066");
        CHECK(zone.asked == 2);
    }
    SECTION("a dot says that there is no service, and the host is not tried") {
        zone.srv("_sip._udp.b.example", 0, 0, 0, "");
        CHECK(zone.find("sip:b.example;transport=udp").empty());
    }
}

TEST_CASE("what is odd in a zone is passed over", "[resolve]") {
    Zone zone;
    zone.naptr("a.example", 1, 1, "SIP+D2U", "x.example", "u")
        .naptr("a.example", 1, 1, "E2U+sip", "x.example")
        .naptr("a.example", 2, 1, "SIP+D2W", "x.example")
        .naptr("a.example", 3, 1, "SIP+D2U", "")
        .host("a.example", "192.0.2.1")
        .host("a.example", "192.0.2.1");
    CHECK(zone.find("sip:a.example") == "udp:192.0.2.1:5060");
}

TEST_CASE("a server that fails is told apart from a name that is not there", "[resolve]") {
    Zone zone;
    base::SeededRandom random(1);
    CHECK_FALSE(zone.search("sip:a.example", random).failed());
    zone.broken = {{RecordType::a, "a.example"}};
    CHECK(zone.search("sip:a.example", random).failed());
}

TEST_CASE("weights draw among records of one priority", "[resolve]") {
    Zone zone;
    zone.srv("_sip._udp.a.example", 5, 30, 1, "h.example")
        .srv("_sip._udp.a.example", 5, 10, 2, "h.example")
        .srv("_sip._udp.a.example", 5, 0, 3, "h.example")
        .srv("_sip._udp.a.example", 9, 99, 4, "h.example")
        .host("h.example", "192.0.2.1");
    base::SeededRandom random(3);
    std::map<int, int> first;
    for (int i = 0; i < 4000; ++i) {
        auto hops = zone.search("sip:a.example;transport=udp", random).hops();
        REQUIRE(hops.size() == 4);
        CHECK(hops.back().address.port == 4);
        ++first[hops.front().address.port];
    }
    CHECK(first[1] > 2700);
    CHECK(first[1] < 3150);
    CHECK(first[2] > 800);
    CHECK(first[3] > 20); // weight 0: "a very small chance of being selected"
}

TEST_CASE("a zone without end is cut", "[resolve]") {
    Zone zone;
    for (std::uint16_t i = 0; i < 500; ++i) {
        std::string host = "h" + std::to_string(i) + ".example";
        zone.srv("_sip._udp.a.example", i, 0, 5060, host);
        for (int k = 0; k < 100; ++k)
            zone.host(host, "192.0.2." + std::to_string(k));
    }
    base::SeededRandom random(1);
    CHECK(zone.search("sip:a.example", random).hops().size() == base::limits::dns_records);
    CHECK(zone.asked <= base::limits::dns_questions);
}

TEST_CASE("of NAPTR records without end no more are followed than of others", "[resolve]") {
    Zone zone;
    for (std::uint16_t i = 0; i < 500; ++i)
        zone.naptr("a.example", i, 0, "SIP+D2U", "_sip._udp.h" + std::to_string(i) + ".example");
    base::SeededRandom random(1);
    CHECK(zone.search("sip:a.example", random).hops().empty());
    // The NAPTR itself, a service of each that was taken, and then the host by its two families.
    CHECK(zone.asked == 1 + base::limits::dns_records + 2);
}
