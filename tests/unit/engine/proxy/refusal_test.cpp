// Calls that are refused, and what goes no further.
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;
using wire::sip::HeaderId;
using wire::sip::Message;

TEST_CASE("nobody there: 480, nobody known: 404, not ours: 403", "[proxy]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    bench.passwords["1003"] = "secret";
    bench.send_with_password(alice, invite(alice, "1003", browser_sdp));
    CHECK(alice.next("480").is_response());
    bench.send_with_password(alice, invite(alice, "nobody", browser_sdp));
    CHECK(alice.next("404").is_response());
    std::string foreign = invite(alice, "x", browser_sdp);
    foreign.replace(foreign.find("sip:x@iop.test"), 14, "sip:x@example.com");
    bench.send_with_password(alice, foreign);
    CHECK(alice.next("403").is_response());
}

TEST_CASE("a stranger is not relayed, and another's name is not believed", "[proxy]") {
    TwoParties t;
    std::string text = invite(t.phone, "alice", phone_sdp);
    std::string stranger = text;
    for (std::size_t at; (at = stranger.find("<sip:1001@iop.test>")) != std::string::npos;)
        stranger.replace(at, 19, "<sip:eve@else.where>");
    t.bench.send(t.phone, stranger);
    CHECK(t.phone.next("403").is_response());
    std::string as_alice = invite(t.phone, "bob", phone_sdp);
    for (std::size_t at; (at = as_alice.find("<sip:1001@iop.test>")) != std::string::npos;)
        as_alice.replace(at, 19, "<sip:alice@iop.test>");
    t.bench.send_with_password(t.phone, as_alice);
    CHECK(t.phone.next("403").is_response());
}

TEST_CASE("16.3: what is not to be forwarded is refused", "[proxy]") {
    TwoParties t;
    int n = 0;
    auto code = [&](std::string_view from, std::string_view to) {
        std::string text = invite(t.phone, "alice", phone_sdp);
        text.replace(text.find(from), from.size(), to);
        text.insert(text.find("branch=z9hG4bK") + 14, std::to_string(++n));
        t.bench.send(t.phone, text);
        return t.phone.next().status();
    };
    CHECK(code("Max-Forwards: 70", "Max-Forwards: 0") == 483);
    CHECK(code("CSeq: 1 INVITE", "CSeq: 1 BYE") == 400);
    CHECK(code("INVITE sip:alice@iop.test SIP/2.0", "INVITE tel:+1 SIP/2.0") == 416);
    CHECK(code("SIP/2.0\r\n", "SIP/7.0\r\n") == 505);
    CHECK(code("X-Unknown: kept; as, it is", "Proxy-Require: a, b") == 420);
    std::string lost = invite(t.phone, "alice", phone_sdp);
    lost.replace(lost.find("sip:alice@iop.test"), 18, "sip:gb36@gfdl.invalid");
    lost.insert(lost.find("To: <sip:alice@iop.test>") + 24, ";tag=1");
    t.bench.send(t.phone, lost);
    CHECK(t.phone.next().status() == 481);
}

TEST_CASE("a password hash in a Contact goes no further", "[proxy]") {
    TwoParties t;
    std::string text = invite(t.alice, "1001", browser_sdp);
    text.insert(text.find("transport=ws;ob") + 15, ";impi=alice;ha1=0123;x=1");
    t.bench.send_with_password(t.alice, text);
    CHECK(t.phone.next("INVITE").header(HeaderId::contact) == "<sip:gb36@gfdl.invalid;transport=ws;ob;x=1>");
}

TEST_CASE("draining refuses new calls and lets the others go on", "[proxy]") {
    TwoParties t;
    Message ok = t.establish();
    t.bench.core().drain();
    t.bench.send_with_password(t.phone, invite(t.phone, "alice", phone_sdp));
    CHECK(t.phone.next("503").has(HeaderId::retry_after));
    t.bench.send(t.phone, message(R"(OPTIONS sip:10.77.0.1:5060 SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.21:5060;branch=z9hG4bKo
        Max-Forwards: 70
        To: <sip:10.77.0.1:5060>
        From: <sip:dispatcher@localhost>;tag=o
        Call-ID: o
        CSeq: 1 OPTIONS)"));
    CHECK(t.phone.next("503").has(HeaderId::retry_after));
    t.bench.send(t.phone, in_dialog(ok, t.phone, false, "BYE", 1));
    CHECK(t.alice.next("BYE").is_request());
}

TEST_CASE("kicking a user's bindings leaves nobody to call", "[proxy]") {
    TwoParties t;
    CHECK(t.bench.core().kick("1001", "iop.test", "", t.bench.now()) == 1);
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    CHECK(t.alice.next("480").is_response());
}
