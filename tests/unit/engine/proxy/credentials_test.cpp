// How a sender proves who it is other than by the usual digest: tokens, addresses and certificates.
#include <fmt/format.h>

#include "base/text.hpp"
#include "calls.hpp"
#include "crypto/digest.hpp"
#include "engine/bearer/key_set.hpp"
#include "engine/digest/authenticator.hpp"
#include "support/catch.hpp"
#include "wire/sip/auth.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using engine::bearer::KeySet;
using engine::proxy::Config;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

const std::string secret = "0123456789abcdef0123456789abcdef";

std::string base64url(std::string_view text) {
    std::string out = base::to_base64(base::as_bytes(text));
    for (char &c : out)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return out.substr(0, out.find('='));
}

std::string token(std::string_view subject, std::int64_t expires = 1'700'000'060) {
    const std::string covered = base64url(R"({"alg":"HS256"})") + "." +
                                base64url(fmt::format(R"({{"sub":"{}","exp":{}}})", subject, expires));
    auto mac = crypto::hmac(crypto::Hash::sha256, base::as_bytes(secret), {base::as_bytes(covered)});
    return covered + "." + base64url(base::as_text(mac.view()));
}

Config with_keys() {
    Config config = Bench::default_config();
    config.bearer_keys = std::make_shared<const KeySet>(*KeySet::parse(secret));
    return config;
}

std::string register_user(std::string_view user, std::string_view more = "", int n = 1) {
    return message(fmt::format(R"(REGISTER sip:iop.test SIP/2.0
        Via: SIP/2.0/UDP 10.77.0.21:5060;branch=z9hG4bK{0}-{1}-{2};rport
        Max-Forwards: 70
        To: <sip:{0}@iop.test>
        From: <sip:{0}@iop.test>;tag=1
        Call-ID: {0}
        CSeq: {1} REGISTER
        Contact: <sip:{0}@10.77.0.21:5060>{3})",
                               user, n, more.size(), more));
}

engine::proxy::TrustedAddress trusted(std::string_view ip, unsigned bits, std::uint16_t port = 0) {
    return {*base::IpAddress::parse(ip), bits, port};
}

} // namespace

TEST_CASE("RFC 8898: a token stands for the password of its subject, and of nobody else", "[proxy][bearer]") {
    Bench bench(with_keys());
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.send(phone, register_user("1001", "\nAuthorization: Bearer " + token("1001@iop.test")));
    CHECK(phone.next().status() == 200);
    bench.send(phone, register_user("1002", "\nAuthorization: Bearer " + token("1001")));
    CHECK(phone.next().status() == 403);
    CHECK(bench.core().contacts(bench.now()).size() == 1);
}

TEST_CASE("RFC 8898: a token that does not hold is told so, beside the digests", "[proxy][bearer]") {
    Bench bench(with_keys());
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.send(phone, register_user("1001", "\nAuthorization: Bearer " + token("1001", 1'600'000'000)));
    Message challenge = phone.next("401");
    CHECK(challenge.header(HeaderId::www_authenticate) ==
          R"(Bearer realm="iop.test", error="invalid_token")");
    CHECK(challenge.count(HeaderId::www_authenticate) == 2);
    CHECK(bench.events("auth-failed").size() == 1);
}

TEST_CASE("where to get a token is told when it is known; without keys there are no tokens",
          "[proxy][bearer]") {
    auto challenges = [](Config config, std::string_view more) {
        Bench bench(std::move(config));
        Client &phone = bench.phone("1001", "10.77.0.21:5060");
        bench.send(phone, register_user("1001", more));
        Message challenge = phone.next("401");
        std::vector<std::string> out;
        for (const auto &field : challenge.fields())
            if (field.id == HeaderId::www_authenticate)
                out.emplace_back(field.value);
        return out;
    };
    CHECK(challenges(with_keys(), "").size() == 1);
    Config config = with_keys();
    config.authz_server = "https://login.example.org";
    auto both = challenges(config, "");
    REQUIRE(both.size() == 2);
    CHECK(both[0] == R"(Bearer realm="iop.test", authz_server="https://login.example.org")");
    CHECK(both[1].starts_with("Digest "));
    CHECK(challenges(Bench::default_config(), "\nAuthorization: Bearer " + token("1001")).size() == 1);
}

TEST_CASE("a token goes no further than here, whichever header it is in", "[proxy][bearer]") {
    for (const char *name : {"Authorization", "Proxy-Authorization"}) {
        INFO(name);
        Bench bench(with_keys());
        Client &alice = bench.browser("alice", "10.77.0.11:50000");
        Client &phone = bench.phone("1001", "10.77.0.21:5060");
        bench.enroll(alice, alice_contact);
        bench.enroll(phone, "<sip:1001@10.77.0.21:5060>");
        bench.send(alice,
                   invite(alice, "1001", browser_sdp, fmt::format("\n{}: Bearer {}", name, token("alice"))));
        Message at_phone = phone.next("INVITE");
        CHECK_FALSE(at_phone.has(HeaderId::authorization));
        CHECK_FALSE(at_phone.has(HeaderId::proxy_authorization));
    }
}

TEST_CASE("a trusted address needs no password, and is told by its From", "[proxy][trust]") {
    Config config = Bench::default_config();
    config.trusted = {trusted("10.77.9.0", 24, 5060)};
    Bench bench(config);
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.enroll(phone, "<sip:1001@10.77.0.21:5060>");
    Client &trunk = bench.phone("carrier", "10.77.9.200:5060");
    Client &other_port = bench.phone("carrier", "10.77.9.200:5070");
    Client &beside = bench.phone("carrier", "10.77.8.255:5060");
    Client &web = bench.browser("carrier", "10.77.9.201:5060");

    std::string foreign = invite(trunk, "1001", phone_sdp);
    foreign.replace(foreign.find("carrier@iop.test"), 16, "+4930@carrier.example");
    bench.send(trunk, foreign);
    CHECK(phone.next("INVITE").header(HeaderId::from)->find("+4930@carrier.example") !=
          std::string_view::npos);
    for (Client *client : {&other_port, &beside, &web}) {
        INFO(client->flow.remote.text());
        std::string text = foreign;
        text.insert(text.find("z9hG4bK") + 7,
                    client->flow.remote.ip.text() + "-" + std::to_string(client->flow.remote.port));
        bench.send(*client, text);
        CHECK(client->next().status() == 403);
    }
    // It may speak for our users, but not beyond our domains, and not register.
    std::string own = invite(trunk, "1001", phone_sdp);
    own.replace(own.find("z9hG4bK"), 7, "z9hG4bKown");
    bench.send(trunk, own);
    CHECK(phone.next("INVITE").header(HeaderId::from)->find("carrier@iop.test") != std::string_view::npos);
    foreign.replace(foreign.find("sip:1001@iop.test"), 17, "sip:1001@elsewhere.example");
    foreign.replace(foreign.find("z9hG4bK"), 7, "z9hG4bKaway");
    bench.send(trunk, foreign);
    CHECK(trunk.next("403").is_response());
    bench.send(trunk, register_user("1001"));
    CHECK(trunk.next("401").is_response());
}

TEST_CASE("a certificate names a user, who then needs no password", "[proxy][trust]") {
    Bench bench;
    Client &phone = bench.tcp_phone("1001", "10.77.0.21:40001");
    bench.core().on_proved(phone.flow, {{}, {"1001@iop.test"}});
    bench.send(phone, register_user("1001"));
    CHECK(phone.next().status() == 200);
    bench.send(phone, register_user("1002"));
    CHECK(phone.next("401").is_response());
    bench.send(phone, invite(phone, "1001", phone_sdp));
    CHECK(phone.next("INVITE").is_request());
    // It ends with its connection.
    bench.reconnect(phone);
    bench.send(phone, register_user("1001", "", 2));
    CHECK(phone.next("401").is_response());
}

TEST_CASE("RFC 5922: a certificate for a domain speaks for its users, and reaches ours alone",
          "[proxy][trust]") {
    Config config = Bench::default_config();
    config.next_hops = {*engine::resolve::Destination::of(*wire::sip::Uri::parse("sip:10.77.0.90:5060"))};
    Bench bench(config);
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    bench.enroll(phone, "<sip:1001@10.77.0.21:5060>");
    Client &peer = bench.tcp_phone("carrier", "10.77.9.200:40000");
    bench.core().on_proved(peer.flow, {{"carrier.example", "*.wide.example"}, {}});
    auto call = [&](std::string_view from, std::string_view to, std::string_view more = "") {
        static int n = 0;
        std::string text = invite(peer, "1001", phone_sdp, more);
        text.replace(text.find("carrier@iop.test"), 16, from);
        text.replace(text.find("sip:1001@iop.test"), 17, to);
        text.insert(text.find("z9hG4bK") + 7, std::to_string(++n));
        bench.send(peer, text);
    };
    call("+4930@Carrier.example", "sip:1001@iop.test");
    CHECK(phone.next("INVITE").is_request());
    for (const char *from : {"x@evil.example", "x@sub.carrier.example", "x@one.wide.example"}) {
        INFO(from);
        call(from, "sip:1001@iop.test");
        CHECK(peer.next("403").is_response());
    }
    call("x@carrier.example", "sip:1001@elsewhere.example");
    CHECK(peer.next("403").is_response());
    call("x@carrier.example", "sip:1001@iop.test", "\nRoute: <sip:10.77.0.90:5060;lr>");
    CHECK(peer.next("403").is_response());
    // One for our own domain is a server of ours.
    bench.core().on_proved(peer.flow, {{"iop.test"}, {}});
    call("carrier@iop.test", "sip:1001@iop.test");
    CHECK(phone.next("INVITE").is_request());
    bench.send(peer, register_user("1001"));
    CHECK(peer.next("401").is_response());
}

TEST_CASE("networks of any size cover their addresses", "[proxy][trust]") {
    auto covers = [](std::string_view ip, unsigned bits, std::string_view remote) {
        return trusted(ip, bits).covers(*base::Endpoint::parse(remote));
    };
    CHECK(covers("192.0.2.129", 32, "192.0.2.129:1"));
    CHECK_FALSE(covers("192.0.2.129", 32, "192.0.2.128:1"));
    CHECK(covers("192.0.2.129", 25, "192.0.2.255:1"));
    CHECK_FALSE(covers("192.0.2.129", 25, "192.0.2.127:1"));
    CHECK(covers("192.0.2.129", 0, "1.2.3.4:1"));
    CHECK_FALSE(covers("192.0.2.129", 0, "[2001:db8::1]:1"));
    CHECK(covers("2001:db8::", 33, "[2001:db8:7fff::1]:1"));
    CHECK_FALSE(covers("2001:db8::", 33, "[2001:db8:8000::1]:1"));
    CHECK(covers("2001:db8::1", 128, "[2001:db8::1]:1"));
}

namespace {

/// What a client would like to answer a challenge with.
struct Answer {
    std::string username = "1001";
    std::string uri = "sip:iop.test";
    crypto::Hash algorithm = crypto::Hash::md5;
    std::string more{}; ///< Header lines after a line feed.
};

/// The status that a REGISTER of a user comes to with such an answer.
std::uint16_t register_with(Bench &bench, Client &phone, int n, const Answer &answer,
                            std::string_view user = "1001") {
    bench.send(phone, register_user(user, "", n));
    Message challenge = phone.next("401");
    auto value = wire::sip::AuthValue::parse(*challenge.header(HeaderId::www_authenticate));
    engine::digest::Credentials c;
    c.username = answer.username;
    c.realm = "iop.test";
    c.nonce = *value->param("nonce");
    c.uri = answer.uri;
    c.algorithm = answer.algorithm;
    c.response =
        expected_response(c, "REGISTER", engine::digest::ha1(c.algorithm, c.username, "iop.test", "secret"));
    bench.send(phone,
               register_user(user,
                             fmt::format("\nAuthorization: Digest username=\"{}\", realm=\"iop.test\", "
                                         "nonce=\"{}\", uri=\"{}\", response=\"{}\", algorithm={}{}",
                                         c.username, c.nonce, c.uri, c.response,
                                         engine::digest::algorithm_name(c.algorithm), answer.more),
                             n + 1));
    return phone.next().status();
}

} // namespace

TEST_CASE("a digest username may be user@domain, by its own hash", "[proxy][digest]") {
    Bench bench;
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    CHECK(register_with(bench, phone, 1, {"1001"}) == 200);
    CHECK(register_with(bench, phone, 3, {"1001@iop.test"}) == 200);
    CHECK(register_with(bench, phone, 5, {"1001@other.test"}) == 401);
    CHECK(register_with(bench, phone, 7, {"1002@iop.test"}) == 401);
}

TEST_CASE("RFC 8898: a token that is meant for whom is called is not held against a password",
          "[proxy][bearer]") {
    Bench bench(with_keys());
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    Answer answer;
    answer.more = "\nProxy-Authorization: Bearer a.b.c";
    CHECK(register_with(bench, phone, 1, answer) == 200);
}

TEST_CASE("a user's own name may have an at sign", "[proxy][digest]") {
    Bench bench;
    bench.passwords["joe@home"] = "secret";
    Client &phone = bench.phone("joe", "10.77.0.21:5060");
    CHECK(register_with(bench, phone, 1, {"joe@home"}, "joe%40home") == 200);
    CHECK(register_with(bench, phone, 3, {"joe@home@iop.test"}, "joe%40home") == 200);
    CHECK(bench.core().contacts(bench.now()).size() == 1);
}

TEST_CASE("RFC 8760 2.6: a digest for another server's URI is none for us", "[proxy][digest]") {
    Bench bench;
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    CHECK(register_with(bench, phone, 1, {"1001", "sip:evil.example"}) == 400);
    CHECK(register_with(bench, phone, 3, {"1001", "nonsense"}) == 400);
    for (const char *uri :
         {"sip:iop.test;transport=udp", "sips:IOP.test", "sip:10.77.0.1:5060", "sip:203.0.113.7"}) {
        INFO(uri);
        static int n = 5;
        CHECK(register_with(bench, phone, n += 2, {"1001", uri}) == 200);
    }
}

TEST_CASE("RFC 8760 3: an algorithm that was not offered is not taken", "[proxy][digest]") {
    Config config = Bench::default_config();
    config.listeners[0].digest = {crypto::Hash::sha256};
    Bench bench(config);
    Client &phone = bench.phone("1001", "10.77.0.21:5060");
    CHECK(register_with(bench, phone, 1, {}) == 401);
    CHECK(register_with(bench, phone, 3, {"1001", "sip:iop.test", crypto::Hash::sha256}) == 200);
}
