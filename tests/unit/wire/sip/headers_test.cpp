#include "wire/sip/headers.hpp"

#include "support/catch.hpp"
#include "wire/sip/auth.hpp"
#include "wire/sip/received.hpp"

using namespace cord;
using namespace cord::wire::sip;

TEST_CASE("Via with all the blanks RFC 4475 puts in") {
    const auto via = Via::parse("SIP  / 2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw");
    REQUIRE(via);
    CHECK(via->transport == "UDP");
    CHECK(via->host == "192.0.2.2");
    CHECK(via->branch() == "390skdjuw");
    CHECK_FALSE(via->has_magic_cookie());

    const auto spaced = Via::parse(
        "SIP  / 2.0  / TCP     spindle.example.com : 5070  ;\r\n  branch  =   z9hG4bK9ikj8  ; rport");
    REQUIRE(spaced);
    CHECK(spaced->host == "spindle.example.com");
    CHECK(spaced->port == 5070);
    CHECK(spaced->branch() == "z9hG4bK9ikj8");
    CHECK(spaced->has_magic_cookie());
    CHECK(spaced->wants_rport());
    CHECK_FALSE(spaced->rport());
}

TEST_CASE("Via with IPv6, received and rport") {
    const auto via =
        Via::parse("SIP/2.0/UDP [2001:db8::9:1]:6050;received=2001:db8::9:255;rport=1234;branch=z9hG4bKas3");
    REQUIRE(via);
    CHECK(via->host == "[2001:db8::9:1]");
    CHECK(via->port == 6050);
    CHECK(via->received() == "2001:db8::9:255");
    CHECK(via->rport() == 1234);
}

TEST_CASE("malformed Vias") {
    for (const char *text :
         {"", "SIP/2.0", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/3.0/UDP a", "HTTP/2.0/UDP a", "SIP/2.0/UDP a;;",
          "SIP/2.0/UDP a;", "SIP/2.0/UDP a b", "SIP/2.0/UDP a:x", "SIP/2.0/UDP [::1", "SIP/2.0/UDP a;b=\"c"})
        CHECK_FALSE(Via::parse(text));
}

TEST_CASE("name-addr in its forms") {
    const auto quoted =
        NameAddr::parse("\"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n ;\r\n tag = 98asjd8");
    REQUIRE(quoted);
    CHECK(quoted->display == "J Rosenberg \\\\\\\"");
    CHECK(quoted->uri.user == "jdrosen");
    CHECK(quoted->tag() == "98asjd8");

    const auto tokens = NameAddr::parse("Mr. Watson <sip:watson@example.com;lr>;q=0.25");
    REQUIRE(tokens);
    CHECK(tokens->display == "Mr. Watson");
    CHECK(tokens->uri.params.has("lr"));
    CHECK(q_value(tokens->params) == 250);

    const auto bare = NameAddr::parse("sip:vivekg@example.com ;   tag    = 1918181833n");
    REQUIRE(bare);
    CHECK(bare->uri.text == "sip:vivekg@example.com");
    CHECK(bare->uri.params.empty());
    CHECK(bare->tag() == "1918181833n");

    CHECK(NameAddr::parse("<sip:a@b;p=1>")->params.empty());
    CHECK(NameAddr::parse("sip:a@b;p=1")->params.value("p") == "1");
    CHECK(NameAddr::parse("<sip:a@h>;+sip.instance=\"<urn:uuid:1>\";reg-id=1;+sip.ice")
              ->params.value("+sip.instance") == "<urn:uuid:1>");
}

TEST_CASE("malformed name-addrs") {
    for (const char *text :
         {"", "\"unclosed <sip:a@b>", "Bell, Alexander <sip:a@b>", "\"x\" < sip:a@b >", "<sip:a@b",
          "<sip:a@b>x", "sip:a@b?Route=%3Csip:c%3E", "<sip:a@b>;;", "<>", "\"x\"sip:a@b"})
        CHECK_FALSE(NameAddr::parse(text));
}

TEST_CASE("q values") {
    const auto q = [](const std::string &text) {
        return q_value(NameAddr::parse("<sip:a@b>;q=" + text)->params);
    };
    CHECK(q("1") == 1000);
    CHECK(q("0.5") == 500);
    CHECK(q("0.333") == 333);
    CHECK(q("1.000") == 1000);
    CHECK_FALSE(q("1.5"));
    CHECK_FALSE(q("0.3333"));
    CHECK_FALSE(q("x"));
}

TEST_CASE("CSeq") {
    const auto cseq = CSeq::parse("0009\r\n  INVITE");
    REQUIRE(cseq);
    CHECK(cseq->number == 9);
    CHECK(cseq->method == Method::invite);
    CHECK(CSeq::parse("2147483647 X")->number == 2147483647);
    for (const char *text : {"", "1", "INVITE", "2147483648 INVITE", "36893488147419103232 REGISTER",
                             "1INVITE", "1 a b", "-1 BYE"})
        CHECK_FALSE(CSeq::parse(text));
}

TEST_CASE("absent and malformed are told apart") {
    const auto m = Message::parse("OPTIONS sip:a SIP/2.0\r\nMax-Forwards: 300\r\n\r\n");
    CHECK_FALSE(max_forwards(*m));
    CHECK(max_forwards(*m).error().at == 37);
    REQUIRE(expires(*m));
    CHECK_FALSE(expires(*m)->has_value());
    CHECK(top_via(*m).error().text() == "no Via");
}

TEST_CASE("credentials and challenges") {
    const auto auth = AuthValue::parse("Digest username=\"al\\\"ice\", realm=\"a, b\",nonce=abc , qop = "
                                       "auth,\r\n nc=00000001,uri=\"sip:x\"");
    REQUIRE(auth);
    CHECK(auth->is_digest());
    CHECK(auth->param("USERNAME") == "al\\\"ice");
    CHECK(auth->param("realm") == "a, b");
    CHECK(auth->param("nonce") == "abc");
    CHECK(auth->param("qop") == "auth");
    CHECK(auth->param("uri") == "sip:x");
    CHECK_FALSE(auth->param("opaque"));
    for (const char *text : {"", "Digest", "Digest x", "Digest x=\"y", "Digest x=y z=w", "Digest x=y,"})
        CHECK_FALSE(AuthValue::parse(text));
}

TEST_CASE("a list names a token") {
    const auto m = Message::parse("OPTIONS sip:a SIP/2.0\r\nk: path,outbound\r\nSupported: gruu\r\n\r\n");
    CHECK(lists(*m, HeaderId::supported, "Outbound"));
    CHECK(lists(*m, HeaderId::supported, "gruu"));
    CHECK_FALSE(lists(*m, HeaderId::supported, "timer"));
}

TEST_CASE("the source goes into the top Via where it must") {
    const auto via_after = [](const std::string &via, const char *source) {
        const auto m =
            Message::parse("OPTIONS sip:a SIP/2.0\r\nVia: " + via + ", SIP/2.0/UDP x;rport\r\n\r\n");
        const Message out = with_source(*m, *base::Endpoint::parse(source));
        return std::string(out.first_value(HeaderId::via)->text);
    };
    CHECK(via_after("SIP/2.0/UDP 192.0.2.1;branch=b", "192.0.2.1:5060") == "SIP/2.0/UDP 192.0.2.1;branch=b");
    CHECK(via_after("SIP/2.0/WSS x.invalid;branch=b", "192.0.2.1:5060") ==
          "SIP/2.0/WSS x.invalid;branch=b;received=192.0.2.1");
    CHECK(via_after("SIP/2.0/UDP 192.0.2.1;rport;branch=b", "192.0.2.1:7") ==
          "SIP/2.0/UDP 192.0.2.1;rport=7;branch=b;received=192.0.2.1");
    CHECK(via_after("SIP/2.0/UDP 10.0.0.1;received=9.9.9.9;rport=1", "[2001:db8::1]:7") ==
          "SIP/2.0/UDP 10.0.0.1;received=2001:db8::1;rport=7");
    CHECK(via_after("SIP/2.0/UDP 10.0.0.1;received=2001:db8::1:2:3:4:5", "192.0.2.1:7") ==
          "SIP/2.0/UDP 10.0.0.1;received=192.0.2.1");
    CHECK(via_after("SIP/2.0/UDP 10.0.0.1;rport;received", "192.0.2.1:7") ==
          "SIP/2.0/UDP 10.0.0.1;rport=7;received=192.0.2.1");
}

TEST_CASE("a message with its source filled in is as if it had come so") {
    const auto m =
        Message::parse("OPTIONS sip:a SIP/2.0\r\nSubject: x\r\nVia: SIP/2.0/UDP 192.0.2.1;rport ,\r\n "
                       "SIP/2.0/UDP x\r\nl: 4\r\nv: SIP/2.0/TCP y\r\n\r\nbody");
    const Message out = with_source(*m, *base::Endpoint::parse("192.0.2.1:7"));
    const auto again = Message::parse(out.bytes());
    REQUIRE(again);
    CHECK(out.bytes() == again->bytes());
    CHECK(out.head_text() == again->head_text());
    CHECK(out.body() == "body");
    CHECK(out.fields_end() == again->fields_end());
    REQUIRE(out.field_count() == again->field_count());
    for (std::uint16_t i = 0; i < out.field_count(); ++i) {
        const Field a = out.field(i), b = again->field(i);
        CHECK(std::tie(a.id, a.name, a.value, a.line) == std::tie(b.id, b.name, b.value, b.line));
    }
}

TEST_CASE("a source that makes a message too large is a fault") {
    std::string text = "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;rport\r\nX: ";
    text += std::string(base::limits::sip_message - text.size() - 4, 'x') + "\r\n\r\n";
    const auto m = Message::parse(text);
    REQUIRE(m);
    CHECK_FALSE(m->fault());
    CHECK(with_source(*m, *base::Endpoint::parse("192.0.2.1:7")).fault()->code == 513);
}
