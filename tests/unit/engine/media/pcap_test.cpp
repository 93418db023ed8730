// The capture file of a recording, byte by byte.
#include "engine/media/pcap.hpp"

#include "base/text.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::media;

namespace {

constexpr base::UnixTime when{std::chrono::microseconds(1'795'000'000'000'123)};

std::string record(const char *from, const char *to, std::string_view payload) {
    std::vector<std::uint8_t> out;
    append_pcap_datagram(out, when, *base::Endpoint::parse(from), *base::Endpoint::parse(to),
                         base::as_bytes(payload));
    return base::to_hex(out);
}

} // namespace

TEST_CASE("a capture file begins with what it holds", "[media][pcap]") {
    std::vector<std::uint8_t> out;
    append_pcap_header(out);
    CHECK(base::to_hex(out) == "a1b2c3d4"
                               "0002"
                               "0004"
                               "0000000000000000"
                               "0000ffff"
                               "00000065");
}

TEST_CASE("a datagram is a record with its headers", "[media][pcap]") {
    CHECK(record("192.0.2.1:4000", "192.0.2.2:5000", "abc") == "6afd86c0"
                                                               "0000007b"
                                                               "0000001f"
                                                               "0000001f"
                                                               "4500001f"
                                                               "00000000"
                                                               "4011"
                                                               "f6ca"
                                                               "c0000201"
                                                               "c0000202"
                                                               "0fa0"
                                                               "1388"
                                                               "000b"
                                                               "9449"
                                                               "616263");
}

TEST_CASE("and so over IPv6", "[media][pcap]") {
    CHECK(record("[2001:db8::1]:4000", "[2001:db8::2]:5000", "abcd") == "6afd86c0"
                                                                        "0000007b"
                                                                        "00000034"
                                                                        "00000034"
                                                                        "60000000"
                                                                        "000c"
                                                                        "11"
                                                                        "40"
                                                                        "20010db8000000000000000000000001"
                                                                        "20010db8000000000000000000000002"
                                                                        "0fa0"
                                                                        "1388"
                                                                        "000c"
                                                                        "bc72"
                                                                        "61626364");
}
