#include <fmt/format.h>

#include "bench.hpp"
#include "engine/digest/authenticator.hpp"
#include "support/catch.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

const char *const jssip_contact =
    "<sip:gb36a04f@gfdl47hoi500.invalid;transport=ws>;+sip.ice;reg-id=1;+sip.instance="
    "\"<urn:uuid:bcee7e90-8a97-4604-9073-08c60db51745>\"";

} // namespace

TEST_CASE("a browser registers and finds its own Contact with expires", "[proxy]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    bench.send_with_password(alice, message(std::string(R"(REGISTER sip:iop.test SIP/2.0
        Via: SIP/2.0/WSS gfdl47hoi500.invalid;branch=z9hG4bK6535701
        Max-Forwards: 69
        To: <sip:alice@iop.test>
        From: "alice" <sip:alice@iop.test>;tag=skkc6tjjt9
        Call-ID: rdrbs29j1eatddh60lk2ac
        CSeq: 1 REGISTER
        Expires: 600
        Supported: path,gruu,outbound
        Contact: )") + jssip_contact + ";expires=600"));
    Message ok = alice.next("200");
    CHECK(ok.header(HeaderId::contact)
              ->starts_with("<sip:gb36a04f@gfdl47hoi500.invalid;transport=ws>;expires=600;+sip.instance="
                            "\"<urn:uuid:bcee7e90-8a97-4604-9073-08c60db51745>\";reg-id=1;pub-gruu=\"sip:"));
    CHECK(ok.header(HeaderId::via) == "SIP/2.0/WSS gfdl47hoi500.invalid;branch=z9hG4bKx6535701");
    CHECK(ok.header(HeaderId::require) == "outbound");
    REQUIRE(bench.core().contacts("alice", "iop.test", bench.now()).size() == 1);
    REQUIRE(bench.stored.size() == 1);
    CHECK(bench.events("registered").size() == 1);
}

TEST_CASE("one challenge, with MD5, is what every client understands", "[proxy]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    const char *text = R"(REGISTER sip:iop.test SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.21:5060;branch=z9hG4bK1
        Max-Forwards: 70
        To: <sip:1001@iop.test>
        From: <sip:1001@iop.test>;tag=1
        Call-ID: c
        CSeq: 1 REGISTER)";
    for (Client *client : {&alice, &phone}) {
        bench.send(*client, message(text));
        Message challenge = client->next("401");
        CHECK(challenge.count(HeaderId::www_authenticate) == 1);
        CHECK(challenge.header(HeaderId::www_authenticate)->find("algorithm=MD5") != std::string::npos);
    }
}

TEST_CASE("a wrong password is challenged again and told to the operator", "[proxy]") {
    Bench bench;
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.send_with_password(phone, message(R"(REGISTER sip:iop.test SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.21:5060;branch=z9hG4bK1;rport
        Max-Forwards: 70
        To: <sip:1001@iop.test>
        From: <sip:1001@iop.test>;tag=1
        Call-ID: c
        CSeq: 1 REGISTER
        Contact: <sip:1001@10.77.0.21:5060>)"),
                             "guess");
    Message again = phone.next("401");
    CHECK(again.header(HeaderId::www_authenticate)->find("stale") == std::string_view::npos);
    CHECK(bench.events("auth-failed").size() == 1);
    CHECK(bench.core().contacts(bench.now()).empty());
}

TEST_CASE("a user known by an MD5 hash alone is asked for MD5", "[proxy]") {
    engine::proxy::Config config = Bench::default_config();
    config.listeners[0].digest = {crypto::Hash::sha256, crypto::Hash::md5};
    base::SeededRandom random(1);
    engine::proxy::Core core(config, random);
    Flow flow{Transport::udp, 0, 0, *base::Endpoint::parse("10.77.0.1:5060"),
              *base::Endpoint::parse("10.77.0.21:5060")};
    auto text = [](std::string_view authorization) {
        return message(
            "REGISTER sip:iop.test SIP/2.0\nVia: SIP/2.0/UDP 10.77.0.21:5060;branch=z9hG4bK" +
            std::to_string(authorization.size()) +
            ";rport\nTo: <sip:1001@iop.test>\nFrom: <sip:1001@iop.test>;tag=1\nCall-ID: c\nCSeq: 1 "
            "REGISTER\nMax-Forwards: 70" +
            std::string(authorization));
    };
    core.on_message(
        flow,
        base::as_bytes(text("\nAuthorization: Digest username=\"1001\", realm=\"iop.test\", nonce=\"x\", "
                            "uri=\"sip:iop.test\", response=\"y\", algorithm=SHA-256")),
        {});
    auto effects = core.take_effects();
    auto *look = std::get_if<engine::proxy::LookUser>(&effects.at(0));
    REQUIRE(look != nullptr);
    engine::proxy::UserAnswer answer;
    answer.status = engine::proxy::UserAnswer::Status::found;
    answer.ha1_md5 = engine::digest::ha1(crypto::Hash::md5, "1001", "iop.test", "secret");
    core.on_user(look->token, answer, {});
    effects = core.take_effects();
    auto *send = std::get_if<engine::proxy::Send>(&effects.at(0));
    REQUIRE(send != nullptr);
    Message challenge = *Message::parse(send->bytes);
    CHECK(challenge.count(HeaderId::www_authenticate) == 1);
    CHECK(challenge.header(HeaderId::www_authenticate)->find("algorithm=MD5, stale=true") !=
          std::string_view::npos);
}

TEST_CASE("a 200 waits for the disk, and a failing disk leaves things as they were", "[proxy]") {
    Bench bench;
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.store_ok = false;
    bench.send_with_password(phone, message(R"(REGISTER sip:iop.test SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.21:5060;branch=z9hG4bK1;rport
        Max-Forwards: 70
        To: <sip:1001@iop.test>
        From: <sip:1001@iop.test>;tag=1
        Call-ID: c
        CSeq: 1 REGISTER
        Contact: <sip:1001@10.77.0.21:5060>)"));
    Message refused = phone.next("503");
    CHECK(refused.header(HeaderId::retry_after) == "5");
    CHECK(bench.core().contacts(bench.now()).empty());
    bench.store_ok = true;
    bench.enroll(phone, "<sip:1001@10.77.0.21:5060>");
    CHECK(bench.core().contacts(bench.now()).size() == 1);
}

TEST_CASE("where memory is enough, a 200 does not wait for the disk", "[proxy]") {
    engine::proxy::Config config = Bench::default_config();
    config.durable = false;
    Bench bench(config);
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.store_ok = false;
    bench.enroll(phone, "<sip:1001@10.77.0.21:5060>");
    CHECK(bench.core().contacts(bench.now()).size() == 1);
    CHECK(bench.events("registered").size() == 1);
}

TEST_CASE("without a database REGISTER gets 503", "[proxy]") {
    Bench bench;
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.database_up = false;
    bench.send_with_password(phone, message(R"(REGISTER sip:iop.test SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.21:5060;branch=z9hG4bK1;rport
        Max-Forwards: 70
        To: <sip:1001@iop.test>
        From: <sip:1001@iop.test>;tag=1
        Call-ID: c
        CSeq: 1 REGISTER)"));
    CHECK(phone.next().status() == 503);
}

TEST_CASE("a binding goes when its connection dies, and when it expires", "[proxy]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.enroll(alice, jssip_contact);
    bench.enroll(phone, "<sip:1001@10.77.0.21:5060>");
    bench.close(alice);
    CHECK(bench.core().contacts("alice", "iop.test", bench.now()).empty());
    CHECK(bench.stored.back().removed);
    bench.advance(601s);
    CHECK(bench.core().contacts(bench.now()).empty());
    CHECK(bench.stored.size() == 4);
    REQUIRE(bench.events("unregistered").size() == 2);
    CHECK(bench.events("unregistered")[0].find("src=10.77.0.11:50000 transport=wss ") != std::string::npos);
}

TEST_CASE("the same instance and reg-id is the same binding, on whatever connection", "[proxy]") {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    bench.enroll(alice, jssip_contact);
    Client old = alice;
    bench.reconnect(alice);
    bench.enroll(alice, jssip_contact);
    auto contacts = bench.core().contacts("alice", "iop.test", bench.now());
    REQUIRE(contacts.size() == 1);
    CHECK(contacts[0].flow == alice.flow);
    bench.close(old);
    CHECK(bench.core().contacts("alice", "iop.test", bench.now()).size() == 1);
}

TEST_CASE("OPTIONS to ourselves is answered without a password", "[proxy]") {
    Bench bench;
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.send(phone, message(R"(OPTIONS sip:10.77.0.1 SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.21:5060;branch=z9hG4bK1;rport
        Max-Forwards: 0
        To: <sip:10.77.0.1>
        From: <sip:1001@iop.test>;tag=1
        Call-ID: c
        CSeq: 1 OPTIONS)"));
    CHECK(phone.next().status() == 200);
}

TEST_CASE("of a request that is answered here only its transaction stays", "[proxy]") {
    Bench bench;
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    const char *text = R"({0} sip:nobody@iop.test SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.21:5060;branch=z9hG4bK1
        Max-Forwards: 70
        To: <sip:nobody@iop.test>
        From: <sip:1001@iop.test>;tag=1
        Call-ID: c
        CSeq: 1 {0})";
    bench.send(phone, message(fmt::format(fmt::runtime(text), "INVITE")));
    CHECK(phone.next("407").is_response());
    CHECK(bench.level("exchanges") == 0);
    CHECK(bench.level("transactions") == 1);
    // RFC 3261 section 9.2: the transaction is there still, so its CANCEL is answered 200, to no effect.
    bench.send(phone, message(fmt::format(fmt::runtime(text), "CANCEL")));
    CHECK(phone.next("200").is_response());
}
