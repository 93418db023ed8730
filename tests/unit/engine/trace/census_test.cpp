#include "engine/trace/census.hpp"

#include <algorithm>

#include "support.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;
using cord::base::as_bytes;

namespace {

struct Counted {
    Decoder decoder;
    Calls calls;
    Census census;
    FileFacts file;

    void packet(const std::string &ip) { take(decoder.decode(raw_packet(ip))); }
    void take(const Decoder::Found &found) {
        for (const SipRecord &record : found.messages)
            census.add(record, calls.add(record).has_value());
        if (found.datagram)
            census.add(*found.datagram, calls.add(*found.datagram).has_value());
    }
    std::uint64_t count(std::string_view part, std::string_view what) const {
        const auto rows = census.rows(file, decoder);
        const auto row = std::find_if(rows.begin(), rows.end(),
                                      [&](const auto &r) { return r.part == part && r.what == what; });
        return row == rows.end() ? 0 : row->count;
    }
};

std::string tcp_packet(std::string_view payload, std::uint32_t sequence = 1) {
    std::vector<std::uint8_t> out;
    cord::base::ByteWriter w(out);
    w.u16(0x4500);
    w.u16(static_cast<std::uint16_t>(40 + payload.size()));
    w.u32(0);
    w.u16(0x4006);
    w.u16(0);
    w.u32(0xC0000201);
    w.u32(0xC0000202);
    w.u32(5061 << 16 | 5061);
    w.u32(sequence);
    w.u32(0);
    w.u32(0x50100000);
    w.u32(0);
    w.text(payload);
    return std::string(cord::base::as_text(out));
}

} // namespace

TEST_CASE("UDP payloads are counted by what they are") {
    Counted c;
    c.packet(udp_packet(5060, 5060, options_request));
    c.packet(udp_packet(5060, 5060, "SIP/2.0 xx\r\n\r\n"));
    c.packet(udp_packet(4000, 4002, std::string("\x80\0\0\1\0\0\0\1\0\0\0\1", 12)));
    c.packet(udp_packet(4000, 4002, std::string("\0\1\0\0", 4)));
    c.packet(udp_packet(4000, 4002, "\x16\xfe\xfd"));
    c.packet(udp_packet(4000, 4002, "hello"));
    CHECK(c.count("sip", "UDP") == 1);
    CHECK(c.count("sip", "not readable") == 1);
    CHECK(c.count("udp", "RTP without a call") == 1);
    CHECK(c.count("udp", "STUN") == 1);
    CHECK(c.count("udp", "DTLS") == 1);
    CHECK(c.count("udp", "something else") == 1);
    CHECK(c.count("layer", "udp") == 6);
    CHECK(c.count("file", "packets") == 6);
}

TEST_CASE("TLS is told, with the reason why it is not shown") {
    Counted c;
    c.packet(tcp_packet("\x17\x03\x03\x01 not a handshake"));
    c.packet(tcp_packet(std::string(1000, 'x'), 23));
    c.take(c.decoder.finish());
    CHECK(c.count("tls", "TLS") == 1);
    CHECK(c.calls.messages() == 0);
}

TEST_CASE("gaps and lost fragments are told") {
    Counted c;
    c.packet(tcp_packet(options_request));
    c.packet(tcp_packet(options_request, 5000));
    std::string fragment = udp_packet(5060, 5060, "12345678");
    fragment[6] = 0x20; // more fragments
    c.packet(fragment);
    fragment[6] = 0x00;
    fragment[7] = 0x10; // not the first one
    fragment[5] = 0x01; // of another datagram
    c.packet(fragment);
    c.take(c.decoder.finish());
    CHECK(c.count("tcp", "gaps") == 1);
    CHECK(c.count("sip", "TCP") == 2);
    CHECK(c.count("fragments", "datagrams without a later fragment") == 1);
    CHECK(c.count("fragments", "datagrams without their first fragment") == 1);
}
