#include "engine/trace/stream.hpp"
#include "engine/trace/tcp.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;
using namespace std::chrono_literals;

namespace {

/// Pushes segments, gives what comes out: bytes, a bar for each gap.
class Peer {
  public:
    std::string push(std::uint32_t sequence, std::string_view payload, bool syn = false,
                     std::chrono::milliseconds at = {}) {
        TcpSegment s;
        s.sequence = sequence;
        s.syn = syn;
        s.payload = cord::base::as_bytes(payload);
        direction.push(s, Stamp(at));
        return drain();
    }
    std::string drain() {
        std::string out;
        while (const auto chunk = direction.next()) {
            out += chunk->after_gap ? "|" : "";
            out += cord::base::as_text(chunk->data);
        }
        return out;
    }
    TcpDirection direction;
};

std::vector<std::string> messages_of(SipStream &stream) {
    std::vector<std::string> out;
    while (const auto m = stream.next())
        out.emplace_back(*m);
    return out;
}

std::string request(const std::string &body = {}) {
    return "MESSAGE sip:b SIP/2.0\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

} // namespace

TEST_CASE("segments in order, again, and overlapping") {
    Peer p;
    CHECK(p.push(999, "", true).empty());
    CHECK(p.push(1000, "abc") == "abc");
    CHECK(p.push(1000, "abc").empty());
    CHECK(p.push(1001, "bcde") == "de");
    CHECK(p.push(1005, "f") == "f");
}

TEST_CASE("segments out of order, across the end of the sequence space") {
    Peer p;
    CHECK(p.push(0xFFFFFFFD, "", true).empty());
    CHECK(p.push(2, "ef").empty());
    CHECK(p.push(0, "cdef").empty());
    CHECK(p.push(0xFFFFFFFE, "ab") == "abcdef");
}

TEST_CASE("a segment that the capture lacks is waited for, then passed over") {
    Peer p;
    CHECK(p.push(9, "", true, 0ms).empty());
    CHECK(p.push(20, "later", false, 100ms).empty());
    CHECK(p.push(25, "on", false, 1000ms).empty());
    CHECK(p.push(27, "!", false, 3000ms) == "|lateron!");
    CHECK(p.direction.gaps() == 1);
}

TEST_CASE("what waits is bounded") {
    Peer p;
    CHECK(p.push(0, "", true).empty());
    const std::string big(cord::base::limits::trace_tcp_waiting, 'x');
    CHECK(p.push(2, big).empty());
    CHECK(p.push(2 + static_cast<std::uint32_t>(big.size()), "y") == "|" + big + "y");
}

TEST_CASE("a new connection between the same ports begins anew") {
    Peer p;
    CHECK(p.push(0, "", true).empty());
    CHECK(p.push(1, "old") == "old");
    CHECK(p.push(5'000, "", true).empty());
    CHECK(p.push(5'001, "new") == "new");
}

TEST_CASE("at the end, what waited comes out") {
    Peer p;
    CHECK(p.push(0, "", true).empty());
    CHECK(p.push(10, "tail").empty());
    p.direction.close();
    CHECK(p.drain() == "|tail");
}

TEST_CASE("several messages in a piece, and one in many pieces") {
    SipStream s;
    const std::string text = "\r\n\r\n" + request("one") + request() + "\r\n" + request("three");
    s.push(cord::base::as_bytes(text), false);
    CHECK(messages_of(s) == std::vector<std::string>{request("one"), request(), request("three")});
    std::vector<std::string> found;
    for (const char c : text) {
        s.push(cord::base::as_bytes(std::string_view(&c, 1)), false);
        for (auto &m : messages_of(s))
            found.push_back(std::move(m));
    }
    CHECK(found == std::vector<std::string>{request("one"), request(), request("three")});
}

TEST_CASE("a capture that begins in the middle of a message, and one with a gap") {
    SipStream s;
    s.push(cord::base::as_bytes("a=rtpmap:0 PCMU/8000\r\n" + request("x")), false);
    CHECK(messages_of(s) == std::vector<std::string>{request("x")});
    s.push(cord::base::as_bytes(request("half of it").substr(0, 40)), false);
    CHECK(messages_of(s).empty());
    s.push(cord::base::as_bytes("rest\r\n" + request("y")), true);
    CHECK(messages_of(s) == std::vector<std::string>{request("y")});
}

TEST_CASE("a stream of something else is given up") {
    SipStream s;
    const std::string noise(10'000, '\x17');
    for (int i = 0; i < 10; ++i) {
        s.push(cord::base::as_bytes(noise), false);
        CHECK(messages_of(s).empty());
    }
    CHECK(s.ignored());
}

TEST_CASE("lines that look like start lines and are none end, too") {
    SipStream s;
    std::string text;
    for (int i = 0; i < 20'000; ++i)
        text += "M\x01 x SIP/2.0\r\n";
    s.push(cord::base::as_bytes(text + "\r\n\r\n"), false);
    CHECK(messages_of(s).empty());
}

TEST_CASE("a message longer than any is passed over") {
    SipStream s;
    s.push(cord::base::as_bytes("MESSAGE sip:b SIP/2.0\r\nContent-Length: 4000000000\r\n\r\n" + request()),
           false);
    CHECK(messages_of(s) == std::vector<std::string>{request()});
}

TEST_CASE("no start line of ACK or BYE is taken for a WebSocket frame") {
    SipStream s;
    const std::string ack = "ACK sip:201@192.0.2.1:5060;transport=tcp SIP/2.0\r\nContent-Length: 0\r\n\r\n" +
                            std::string(200, ' ');
    s.push(cord::base::as_bytes(ack), false);
    CHECK(messages_of(s).size() == 1);
}
