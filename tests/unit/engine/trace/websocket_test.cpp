#include "engine/trace/websocket.hpp"

#include "base/limits.hpp"
#include "engine/trace/stream.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;

namespace {

const std::string upgrade = "GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n";

std::string frame(std::uint8_t first, std::string payload, bool masked) {
    std::string out(1, static_cast<char>(first));
    const char mask = masked ? '\x80' : '\0';
    if (payload.size() < 126) {
        out += static_cast<char>(mask | static_cast<char>(payload.size()));
    } else {
        out += static_cast<char>(mask | 126);
        out += static_cast<char>(payload.size() >> 8);
        out += static_cast<char>(payload.size());
    }
    if (masked) {
        const std::string key = "\x11\x22\x33\x44";
        out += key;
        for (std::size_t i = 0; i < payload.size(); ++i)
            payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
    }
    return out + payload;
}

std::vector<std::string> messages_of(const std::string &bytes, std::size_t piece) {
    SipStream s;
    std::vector<std::string> out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        s.push(cord::base::as_bytes(bytes).subspan(at, std::min(piece, bytes.size() - at)), false);
        while (const auto m = s.next())
            out.emplace_back(*m);
    }
    return out;
}

} // namespace

TEST_CASE("messages masked and not, fragmented, with a ping inside") {
    const std::string &m = options_request;
    const std::string bytes = upgrade + frame(0x81, m, true) + frame(0x82, m, false) +
                              frame(0x01, m.substr(0, 10), true) + frame(0x89, "ping", true) +
                              frame(0x00, m.substr(10, 100), true) + frame(0x80, m.substr(110), true) +
                              frame(0x88, "", true);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, bytes.size()})
        CHECK(messages_of(bytes, piece) == std::vector<std::string>{m, m, m});
}

TEST_CASE("a capture that begins behind the handshake") {
    CHECK(messages_of(frame(0x81, options_request, true), 10'000).size() == 1);
}

TEST_CASE("keep-alives and other texts are no SIP messages") {
    CHECK(messages_of(upgrade + frame(0x81, "\r\n\r\n", true) + frame(0x81, "{\"id\":1}", true), 10'000)
              .empty());
}

TEST_CASE("frames that RFC 6455 does not allow end the reading of what came, not of what comes") {
    SipStream s;
    s.push(cord::base::as_bytes(upgrade + frame(0x83, "reserved opcode", true)), false);
    CHECK(!s.next());
    s.push(cord::base::as_bytes(frame(0x81, options_request, true)), false);
    CHECK(s.next());
}

TEST_CASE("a frame header") {
    WebSocketFrame f;
    CHECK(f.parse("") == WebSocketFrame::Verdict::partial);
    CHECK(f.parse("\x81") == WebSocketFrame::Verdict::partial);
    CHECK(f.parse(std::string("\x81\xFE\x01", 3)) == WebSocketFrame::Verdict::partial);
    CHECK(f.parse(std::string("\x89\x7E\0\x80", 4)) == WebSocketFrame::Verdict::none); // ping of 128 bytes
    CHECK(f.parse(std::string("\x09\0", 2)) == WebSocketFrame::Verdict::none);         // ping without FIN
    CHECK(f.parse(std::string("\xB1\0", 2)) == WebSocketFrame::Verdict::none);         // RSV2, RSV3
    CHECK(f.parse(std::string("\x81\x7F\xFF\0\0\0\0\0\0\0", 10)) == WebSocketFrame::Verdict::none);
    CHECK(f.parse(std::string("\xC2\x05", 2)) == WebSocketFrame::Verdict::complete);
    CHECK(f.compressed);
    CHECK(f.size() == 7);
}

TEST_CASE("a fragmented message is bounded") {
    WebSocketMessages messages;
    const std::string piece(60'000, 'x');
    WebSocketFrame f;
    f.opcode = 1;
    for (std::size_t bytes = 0; bytes <= cord::base::limits::trace_message; bytes += piece.size()) {
        CHECK(!messages.add(f, piece));
        f.opcode = 0;
    }
    f.fin = true;
    CHECK(!messages.add(f, piece));
    f.opcode = 1;
    CHECK(messages.add(f, "next").value() == "next");
}
