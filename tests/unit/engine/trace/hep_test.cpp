#include "engine/trace/hep.hpp"

#include <zlib.h>

#include "base/limits.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;
using namespace std::string_literals;
using cord::base::as_bytes;

namespace {

std::string number(std::size_t n, int bytes) {
    std::string out;
    while (bytes-- > 0)
        out += static_cast<char>(n >> 8 * bytes);
    return out;
}

std::string chunk(std::uint16_t type, const std::string &value, std::uint16_t vendor = 0) {
    return number(vendor, 2) + number(type, 2) + number(6 + value.size(), 2) + value;
}

std::string hep(const std::string &chunks) { return "HEP3" + number(6 + chunks.size(), 2) + chunks; }

const std::string where = chunk(2, "\x06") + chunk(3, "\xC0\0\x02\x07"s) + chunk(4, "\xC0\0\x02\x08"s) +
                          chunk(7, number(5070, 2)) + chunk(8, number(5080, 2)) +
                          chunk(9, number(1'700'000'000, 4)) + chunk(10, number(123'456, 4)) +
                          chunk(11, "\x01");

std::string zlib(const std::string &text) {
    std::string out(compressBound(text.size()), '\0');
    uLongf size = out.size();
    compress(reinterpret_cast<Bytef *>(out.data()), &size, reinterpret_cast<const Bytef *>(text.data()),
             text.size());
    out.resize(size);
    return out;
}

Decoder::Found decode(Decoder &decoder, const std::string &packet) {
    return decoder.decode(raw_packet(udp_packet(9060, 9060, packet), Stamp(std::chrono::seconds(1))));
}

} // namespace

TEST_CASE("HEP tells when and where a message was captured") {
    for (const std::string &payload : {chunk(15, options_request), chunk(16, zlib(options_request))}) {
        Decoder decoder;
        const std::string packet =
            udp_packet(9060, 9060, hep(chunk(99, "x") + where + chunk(15, "y", 7) + payload));
        const auto found = decoder.decode(raw_packet(packet));
        REQUIRE(found.messages.size() == 1);
        const SipRecord &m = found.messages[0];
        CHECK(m.raw == options_request);
        CHECK(m.src.text() == "192.0.2.7:5070");
        CHECK(m.dst.text() == "192.0.2.8:5080");
        CHECK(m.transport == Transport::tcp);
        CHECK(m.at.time_since_epoch().count() == 1'700'000'000'123'456'000);
    }
}

TEST_CASE("HEP over IPv6, and other payloads than SIP") {
    Decoder decoder;
    const std::string v6 = chunk(5, std::string(16, '\x20')) + chunk(6, std::string(16, '\x21'));
    const auto rtp = decode(decoder, hep(v6 + chunk(11, "\x04") + chunk(15, "\x80 rtp")));
    REQUIRE(rtp.datagram);
    CHECK(rtp.datagram->src.ip.v6);
    const auto log = decode(decoder, hep(v6 + chunk(11, "\x64") + chunk(15, options_request)));
    CHECK(log.messages.empty());
    CHECK(!log.datagram);
}

TEST_CASE("HEP that makes no sense") {
    Decoder decoder;
    const std::string good = hep(where + chunk(15, options_request));
    for (std::size_t n = 4; n < good.size(); ++n)
        CHECK(decode(decoder, good.substr(0, n)).messages.empty());
    CHECK(decode(decoder, hep(where + "\0\0\0\x0f\0\x03"s)).messages.empty()); // shorter than its own head
    CHECK(decode(decoder, hep(where + chunk(16, "no zlib"))).messages.empty());
    const std::string bomb = zlib(std::string(cord::base::limits::trace_message + 1, ' '));
    CHECK(decode(decoder, hep(where + chunk(16, bomb))).messages.empty());
}
