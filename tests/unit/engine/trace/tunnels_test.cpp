// One SIP message in each tunnel, and in SCTP and exported PDUs.
#include "base/limits.hpp"
#include "engine/trace/sctp.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;
using namespace std::string_literals;
using cord::base::as_bytes;
using cord::base::as_text;

namespace {

const std::string ip = udp_packet(5060, 5062, options_request);

std::string ethernet(std::string_view type, const std::string &payload) {
    return "\x02\0\0\0\0\x01\x02\0\0\0\0\x02"s + std::string(type) + payload;
}
const std::string frame = ethernet("\x08\0"s, ip);

std::string in_ip(std::uint8_t protocol, const std::string &payload) {
    std::string out = udp_packet(0, 0, "").substr(0, 20) + payload;
    out[2] = static_cast<char>(out.size() >> 8);
    out[3] = static_cast<char>(out.size());
    out[9] = static_cast<char>(protocol);
    return out;
}
std::string gre(const std::string &header, const std::string &payload) { return in_ip(47, header + payload); }

Decoder::Found decode(Decoder &decoder, std::uint32_t link, const std::string &bytes) {
    return decoder.decode({{}, link, as_bytes(bytes), static_cast<std::uint32_t>(bytes.size())});
}

void holds_the_message(const std::string &what, const std::string &packet, std::uint32_t link = 101) {
    INFO(what);
    Decoder decoder;
    const auto found = decode(decoder, link, packet);
    REQUIRE(found.messages.size() == 1);
    CHECK(found.messages[0].src.port == 5060);
    CHECK(found.messages[0].dst.port == 5062);
    CHECK(found.messages[0].raw == options_request);
    // Cut anywhere, it is no message, and nothing is read behind its end.
    for (std::size_t n = 0; n < packet.size() - options_request.size(); ++n) {
        const std::vector<std::uint8_t> exact(packet.begin(),
                                              packet.begin() + static_cast<std::ptrdiff_t>(n));
        Decoder fresh;
        CHECK(fresh.decode({{}, link, exact, 9999}).messages.empty());
    }
}

std::string sctp(const std::string &chunks) { return "\x13\xc4\x13\xc6\0\0\0\x01\0\0\0\0"s + chunks; }

std::string data_chunk(std::uint8_t flags, std::uint8_t tsn, const std::string &data) {
    const std::size_t size = 16 + data.size();
    std::string out = "\0"s + static_cast<char>(flags) + static_cast<char>(size >> 8) +
                      static_cast<char>(size) + "\0\0\0"s + static_cast<char>(tsn) + std::string(8, '\0') +
                      data;
    out.resize((out.size() + 3) / 4 * 4);
    return out;
}

std::string tag(std::uint8_t type, const std::string &value) {
    return "\0"s + static_cast<char>(type) + "\0"s + static_cast<char>(value.size()) + value;
}

} // namespace

TEST_CASE("links that carry IP") {
    holds_the_message("SNAP", ethernet("\x02\0"s, "\xAA\xAA\x03\0\0\0\x08\0"s + ip), 1);
    holds_the_message("Cisco HDLC", "\x0f\0\x08\0"s + ip, 104);
    holds_the_message("PPP", "\xff\x03\0\x21"s + ip, 9);
    holds_the_message("PPP with MPLS", "\x02\x81\0\x01\x01\x40"s + ip, 9);
    holds_the_message("PPPoE in QinQ",
                      ethernet("\x88\xa8"s, "\0\x01\x81\0\0\x02\x88\x64\x11\0\0\x01\0\0\0\x21"s + ip), 1);
}

TEST_CASE("MPLS with IP, and with Ethernet with a control word and without") {
    const std::string labels = "\0\x01\0\x40\0\x02\x01\x40"s;
    holds_the_message("IP", ethernet("\x88\x47"s, labels + ip), 1);
    holds_the_message("control word", ethernet("\x88\x47"s, labels + "\0\0\0\0"s + frame), 1);
    holds_the_message("bare", ethernet("\x88\x47"s, labels + frame), 1);
    holds_the_message("in IP", in_ip(137, labels + ip));
}

TEST_CASE("tunnels in IP") {
    holds_the_message("IP in IP", in_ip(4, ip));
    holds_the_message("GRE", gre("\0\0\x08\0"s, ip));
    holds_the_message("GRE with all its fields", gre("\xb0\0\x08\0"s + std::string(12, '\x01'), ip));
    holds_the_message("Ethernet in GRE", gre("\x20\0\x65\x58\0\0\0\x01"s, frame));
    holds_the_message("PPTP", gre("\x30\x81\x88\x0b\0\0\0\x01\0\0\0\x01\0\0\0\x01"s, "\x21"s + ip));
    holds_the_message("ERSPAN I", gre("\0\0\x88\xbe"s, frame));
    holds_the_message("ERSPAN II", gre("\x10\0\x88\xbe\0\0\0\x01\x10\0\0\x01\0\0\0\0"s, frame));
    const std::string iii = "\x10\0\x22\xeb\0\0\0\x01\x20\0\0\x01\0\0\0\0\0\0"s;
    holds_the_message("ERSPAN III", gre(iii + "\0\0"s, frame));
    holds_the_message("ERSPAN III with a subheader", gre(iii + "\0\x01"s + std::string(8, '\0'), frame));
    holds_the_message("ERSPAN III with IP", gre(iii + "\x08\0"s, ip));
}

TEST_CASE("tunnels in UDP") {
    holds_the_message("VXLAN", udp_packet(1, 4789, "\x08\0\0\0\0\0\x07\0"s + frame));
    holds_the_message("VXLAN of Linux", udp_packet(1, 8472, "\x08\0\0\0\0\0\x07\0"s + frame));
    holds_the_message("VXLAN-GPE", udp_packet(1, 4790, "\x0c\0\0\x01\0\0\x07\0"s + ip));
    holds_the_message("GENEVE", udp_packet(1, 6081, "\0\0\x65\x58\0\0\x07\0"s + frame));
    holds_the_message("GENEVE with options",
                      udp_packet(1, 6081, "\x02\0\x08\0\0\0\x07\0"s + std::string(8, '\1') + ip));
    holds_the_message("GTP-U", udp_packet(1, 2152, "\x30\xff\0\0\0\0\0\x01"s + ip));
    holds_the_message(
        "GTP-U with extensions",
        udp_packet(1, 2152, "\x36\xff\0\0\0\0\0\x01\0\x01\0\x85\x01\0\x09\xc0\x01\0\0\0"s + ip));
}

TEST_CASE("a tunnel's port alone makes no tunnel") {
    Decoder decoder;
    const std::string rtp = "\x80\0\0\x01\0\0\0\x01\0\0\0\x01"s + std::string(160, '\xd5');
    for (const std::uint16_t port : {4789, 4790, 2152})
        CHECK(decode(decoder, 101, udp_packet(4000, port, rtp)).datagram);
}

TEST_CASE("6in4, and SIP behind IPv6 extension headers") {
    const std::string udp = ip.substr(20);
    const std::string extensions = "\x87\0\0\0\0\0\0\0\x11\0\0\0\0\0\0\0"s; // destination options, mobility
    std::string v6 = "\x60\0\0\0\0\0\x3c\x40"s + std::string(32, '\x20') + extensions + udp;
    v6[4] = static_cast<char>((v6.size() - 40) >> 8);
    v6[5] = static_cast<char>(v6.size() - 40);
    holds_the_message("extensions", v6);
    holds_the_message("6in4", in_ip(41, v6));
}

TEST_CASE("SCTP: whole messages, and fragments in any order") {
    Decoder decoder;
    const auto &m = options_request;
    const std::string two = in_ip(132, sctp(data_chunk(3, 1, m) + data_chunk(3, 2, m)));
    const auto whole = decode(decoder, 101, two);
    REQUIRE(whole.messages.size() == 2);
    CHECK(whole.messages[1].raw == m);
    CHECK(whole.messages[1].transport == Transport::sctp);
    CHECK(whole.messages[1].dst.port == 5062);

    CHECK(decode(decoder, 248, sctp(data_chunk(1, 7, m.substr(200)))).messages.empty());
    CHECK(decode(decoder, 248, sctp(data_chunk(2, 5, m.substr(0, 100)))).messages.empty());
    CHECK(decode(decoder, 248, sctp(data_chunk(2, 8, m.substr(0, 9)))).messages.empty());
    const auto joined = decode(decoder, 248, sctp(data_chunk(0, 6, m.substr(100, 100))));
    REQUIRE(joined.messages.size() == 1);
    CHECK(joined.messages[0].raw == m);
}

TEST_CASE("SCTP fragments without end are given up") {
    SctpMessages messages;
    const std::string piece(1000, 'x');
    for (int i = 0; i < 2000; ++i)
        CHECK(messages.add({}, as_bytes(sctp(data_chunk(0, static_cast<std::uint8_t>(i), piece)))).empty());
}

TEST_CASE("an exported PDU tells whence it came; what TLS carried counts once") {
    const std::string tags = tag(20, "\xc0\0\x02\x01"s) + tag(21, "\xc0\0\x02\x02"s) +
                             tag(24, "\0\0\0\x02"s) + tag(25, "\0\0\x13\xc4"s) + tag(26, "\0\0\x13\xc6"s) +
                             tag(30, "\0\0\0\x09"s) + tag(0, "");
    holds_the_message("SIP", tag(12, "sip\0"s) + tags + options_request, 252);
    Decoder decoder;
    CHECK(decode(decoder, 252, tag(12, "tls\0"s) + tags + options_request).messages.size() == 1);
    CHECK(decode(decoder, 252, tag(12, "sip\0"s) + tags + options_request).messages.empty());
}
