// Browsers that register through us with a server that knows no WebSocket.
#include <fmt/format.h>

#include "calls.hpp"
#include "support/catch.hpp"
#include "upstream_bench.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;

TEST_CASE("a REGISTER goes upstream with a Contact of ours, and the client sees its own",
          "[proxy][upstream]") {
    Upstream t;
    t.send_register();
    Message first = t.pbx.next("REGISTER");
    CHECK(first.request_uri() == "sip:pbx.example");
    const std::string contact(*first.header(HeaderId::contact));
    CHECK(uri_in(first, HeaderId::contact).ends_with("@10.77.0.1:5060;transport=udp"));
    CHECK(contact.find("reg-id") == std::string::npos);
    CHECK(contact.find("+sip.instance=\"<urn:uuid:b1>\";expires=600") != std::string::npos);
    CHECK_FALSE(first.has(HeaderId::path));

    auto challenge = wire::sip::make_response(first, 401, {}, "pbx");
    challenge.add(HeaderId::www_authenticate,
                  R"(Digest realm="pbx.example", nonce="n", qop="auth,auth-int")");
    t.bench.send(t.pbx, challenge.finish());
    CHECK(t.bob.next("401").header(HeaderId::www_authenticate) ==
          R"(Digest realm="pbx.example", nonce="n", qop="auth")");
    CHECK(t.bench.level("upstream_clients") == 0);

    const std::string credentials = R"(Digest username="bob", realm="pbx.example", nonce="n", response="0")";
    t.send_register("\nAuthorization: " + credentials);
    Message second = t.pbx.next("REGISTER");
    CHECK(second.header(HeaderId::authorization) == credentials);
    CHECK(second.header(HeaderId::contact) == contact);
    t.grant(second, "<sip:desk@10.77.0.50>;expires=9, " + contact + ";received=\"sip:10.77.0.1:5060\"");
    Message ok = t.bob.next("200");
    auto contacts = ok.values(HeaderId::contact);
    auto value = contacts.begin();
    CHECK(value->text == "<sip:desk@10.77.0.50>;expires=9");
    ++value;
    CHECK(value->text == "<" + own_contact + ">;expires=600");
    CHECK(t.bench.level("upstream_clients") == 1);
}

TEST_CASE("what the upstream server sends to a client's Contact goes to its connection",
          "[proxy][upstream]") {
    Upstream t;
    const std::string contact = uri_in(t.registered(), HeaderId::contact);
    t.call(t.pbx, contact);
    CHECK(t.bob.next("INVITE").request_uri() == own_contact);

    SECTION("but not what others send") {
        Client &eve = t.bench.phone("eve", "10.66.0.1:5060");
        t.call(eve, contact);
        CHECK(eve.next("403").is_response());
        t.call(t.bob, contact);
        CHECK(t.bob.next("403").is_response());
    }
    SECTION("a client whose connection died is absent until it comes back") {
        t.bench.close(t.bob);
        t.pbx.inbox.clear();
        t.call(t.pbx, contact);
        CHECK(t.pbx.next("480").is_response());
        t.bench.reconnect(t.bob);
        CHECK(uri_in(t.registered(), HeaderId::contact) == contact);
        t.call(t.pbx, contact);
        CHECK(t.bob.next("INVITE").is_request());
    }
    SECTION("or when its time is over") {
        t.bench.advance(61s);
        CHECK(t.bench.level("upstream_clients") == 0);
        t.call(t.pbx, contact);
        CHECK(t.pbx.next("480").is_response());
    }
    SECTION("or when it has left") {
        t.bench.send(t.bob, t.request("REGISTER", "sip:pbx.example",
                                      fmt::format("\nContact: <{}>;reg-id=1;+sip.instance=\"<urn:uuid:b1>\"\n"
                                                  "Supported: path,gruu,outbound\nExpires: 0",
                                                  own_contact)));
        Message at_pbx = t.pbx.next("REGISTER");
        CHECK(uri_in(at_pbx, HeaderId::contact) == contact);
        t.bench.send(t.pbx, wire::sip::make_response(at_pbx, 200, {}, "pbx").finish());
        CHECK(t.bench.level("upstream_clients") == 0);
    }
}

TEST_CASE("with a Path the upstream server keeps the client's Contact", "[proxy][upstream]") {
    Upstream t(false);
    Message at_pbx = t.registered();
    CHECK(uri_in(at_pbx, HeaderId::contact) == own_contact);
    CHECK(at_pbx.header(HeaderId::contact)->find("reg-id=1") != std::string_view::npos);
    const std::string path = uri_in(at_pbx, HeaderId::path);
    CHECK(path.ends_with("@10.77.0.1:5060;transport=udp;lr;ob"));
    // RFC 3327 section 5.2: without Path the client could not be reached.
    CHECK(at_pbx.header(HeaderId::require) == "path");
    CHECK(t.bob.next("200").header(HeaderId::contact)->starts_with("<" + own_contact + ">"));

    t.call(t.pbx, own_contact, "\nRoute: <" + path + ">");
    Message at_bob = t.bob.next("INVITE");
    CHECK(at_bob.request_uri() == own_contact);
    CHECK_FALSE(at_bob.has(HeaderId::route));
    t.bench.close(t.bob);
    t.pbx.inbox.clear();
    t.call(t.pbx, own_contact, "\nRoute: <" + path + ">");
    CHECK(t.pbx.next("430").is_response());
}

TEST_CASE("RFC 5626 5.1: only who is next to the client writes ob into the Path", "[proxy][upstream]") {
    Upstream t(false);
    t.send_register("\nVia: SIP/2.0/UDP 192.168.1.9;branch=z9hG4bKfar");
    CHECK(uri_in(t.pbx.next("REGISTER"), HeaderId::path).ends_with("@10.77.0.1:5060;transport=udp;lr"));
}

TEST_CASE("calls of the upstream server's users go to it, and it asks for their password",
          "[proxy][upstream]") {
    Upstream t;
    t.registered();
    t.bob.inbox.clear();
    const std::string from_bob = fmt::format("\nContact: <{}>", own_contact);
    SECTION("also those to elsewhere") {
        t.bench.send(t.bob, t.request("INVITE", "sip:dave@elsewhere.example", from_bob));
        CHECK(t.pbx.next("INVITE").is_request());
    }
    SECTION("and the call lives on") {
        const std::string from = GENERATE("sip:bob@pbx.example", "sip:bob@pbx.example:5060");
        std::string invite =
            t.request("INVITE", "sip:carol@pbx.example",
                      from_bob + "\nProxy-Authorization: Digest username=\"bob\", realm=\"iop.test\", "
                                 "nonce=\"n\", uri=\"u\", response=\"00000000000000000000000000000000\"");
        invite.replace(invite.find("sip:bob@pbx.example>;tag"), 19, from);
        t.bench.send(t.bob, invite);
        Message at_pbx = t.pbx.next("INVITE");
        CHECK(at_pbx.has(HeaderId::proxy_authorization));
        t.bench.send(t.pbx, respond(at_pbx, 200, "carol", "", "sip:carol@10.77.0.80:5060"));
        Message at_bob = t.bob.next("200");

        // A challenge inside the call is one that bob can answer, too.
        t.bench.send(t.bob, in_dialog(at_bob, t.bob, true, "UPDATE", 98));
        auto challenge = wire::sip::make_response(t.pbx.next("UPDATE"), 407, {}, "carol");
        challenge.add(HeaderId::proxy_authenticate,
                      R"(Digest realm="pbx.example", nonce="n", qop="auth,auth-int")");
        t.bench.send(t.pbx, challenge.finish());
        CHECK(t.bob.next("407").header(HeaderId::proxy_authenticate) ==
              R"(Digest realm="pbx.example", nonce="n", qop="auth")");

        // bob comes back over another connection, and says good-bye from there.
        t.bench.close(t.bob);
        t.bench.reconnect(t.bob);
        t.registered();
        t.bench.send(t.bob, in_dialog(at_bob, t.bob, true, "BYE", 99));
        CHECK(t.pbx.next("BYE").is_request());
    }
}

TEST_CASE("the upstream server changes nothing for our own users", "[proxy][upstream]") {
    Upstream t;
    t.registered();
    Client &alice = t.bench.browser("alice", "10.77.0.12:50000");
    t.bench.enroll(alice, "<sip:alice@a.invalid;transport=ws>");
    SECTION("a stranger reaches neither side") {
        Client &eve = t.bench.phone("eve", "10.66.0.1:5060");
        for (const char *uri : {"sip:alice@iop.test", "sip:carol@pbx.example"}) {
            std::string invite = message(fmt::format(R"(INVITE {0} SIP/2.0
                Via: SIP/2.0/UDP 10.66.0.1:5060;branch=z9hG4bK{0}
                Max-Forwards: 70
                To: <{0}>
                From: <sip:eve@evil.example>;tag=1
                Call-ID: e
                CSeq: 1 INVITE
                Contact: <sip:eve@10.66.0.1>)",
                                                     uri));
            t.bench.send(eve, invite);
            CHECK(eve.next("403").is_response());
            eve.inbox.clear();
        }
    }
    SECTION("the upstream server may call them") {
        t.call(t.pbx, "sip:alice@iop.test");
        CHECK(alice.next("INVITE").is_request());
    }
    SECTION("nobody gets back what the upstream server sends astray") {
        t.pbx.inbox.clear();
        t.call(t.pbx, "sip:bob@pbx.example");
        CHECK(t.pbx.next("403").is_response());
    }
}

TEST_CASE("a client may be on the host of the upstream server", "[proxy][upstream]") {
    Upstream t;
    t.registered();
    Client &phone = t.bench.tcp_phone("phone", "10.77.0.80:50000");
    t.pbx.inbox.clear();
    t.bench.send(phone, t.request("REGISTER", "sip:pbx.example",
                                  "\nContact: <sip:bob@10.77.0.80:50000;transport=tcp>"));
    CHECK(t.pbx.next("REGISTER").is_request());
}
