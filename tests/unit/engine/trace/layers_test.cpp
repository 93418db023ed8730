// Each file holds the same eleven messages under other layers.
#include "support.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;

namespace {

void holds_the_conversation(const std::string &name, std::size_t window = SIZE_MAX) {
    INFO(name);
    const ReadFile read(capture(name), window);
    CHECK(read.error.empty());
    CHECK(read.left_over == 0);
    REQUIRE(read.start_lines.size() == 11);
    CHECK(read.start_lines[0].starts_with("REGISTER "));
    CHECK(read.start_lines[2].starts_with("INVITE "));
    CHECK(read.start_lines[10] == "SIP/2.0 200 OK");
    const auto listed = read.calls.listed();
    REQUIRE(listed.size() == 2);
    CHECK(listed[0]->state() == "completed");
    CHECK(listed[0]->method() == "INVITE");
    CHECK(listed[1]->state() == "registered");
}

} // namespace

TEST_CASE("SIP is found under every link layer") {
    holds_the_conversation("gen-sip-udp-sll.pcap");
    holds_the_conversation("gen-sip-udp-sll2.pcap");
    holds_the_conversation("gen-sip-udp-vlan.pcap");
    holds_the_conversation("gen-sip-udp-qinq.pcap");
    holds_the_conversation("gen-sip-udp-raw101.pcap");
    holds_the_conversation("gen-sip-udp-null.pcap");
}

TEST_CASE("SIP is found in a GRE tunnel") { holds_the_conversation("gen-sip-udp-gre.pcap"); }

TEST_CASE("SIP is found in fragments that come in reverse order") {
    holds_the_conversation("gen-sip-udp-ipv4-frag-ooo.pcap");
}

TEST_CASE("SIP is found in a TCP stream, several messages a segment and one over several") {
    holds_the_conversation("gen-sip-tcp-pipelined.pcap");
}

TEST_CASE("SIP is found in WebSocket frames, binary and compressed") {
    holds_the_conversation("gen-sip-ws-binary-ipv6.pcap");
    holds_the_conversation("gen-sip-ws-deflate.pcap");
}

TEST_CASE("a file that comes byte by byte reads the same") {
    holds_the_conversation("gen-sip-udp-sll.pcap", 1);
    holds_the_conversation("gen-sip-ws-deflate.pcap", 7);
}

TEST_CASE("tunnels in tunnels end somewhere") {
    std::string packet = udp_packet(5060, 5060, options_request);
    for (int i = 0; i < 20; ++i)
        packet = udp_packet(1, 4789,
                            std::string("\x08\0\0\0\0\0\x07\0", 8) + std::string(12, '\x02') +
                                std::string("\x08\x00", 2) + packet);
    Decoder decoder;
    CHECK(decoder.decode(raw_packet(packet)).messages.empty());
}

TEST_CASE("what is no IP, and what is of no known link, is counted") {
    Decoder decoder;
    const std::string arp = std::string(12, '\x02') + std::string("\x08\x06", 2) + std::string(28, '\0');
    (void)decoder.decode({{}, 1, cord::base::as_bytes(arp), 42});
    (void)decoder.decode({{}, 147, cord::base::as_bytes(arp), 50});
    CHECK(decoder.counts().of(layer::Protocol::nothing) == 1);
    CHECK(decoder.counts().of(layer::Protocol::unknown_link) == 1);
    CHECK(decoder.counts().cut == 1);
}
