#include "wire/sip/message.hpp"

#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "wire/sip/edit.hpp"

using namespace cord;
using namespace cord::wire::sip;

namespace {

const std::string invite = "INVITE sip:bob@example.com SIP/2.0\r\n"
                           "Via: SIP/2.0/UDP a.example.com;branch=z9hG4bK1, SIP/2.0/TCP b.example.com\r\n"
                           "f: <sip:alice@example.com>;tag=1\r\n"
                           "To : <sip:bob@example.com>\r\n"
                           "v: SIP/2.0/TLS c.example.com\r\n"
                           "Subject: first\r\n"
                           "  and second line\r\n"
                           "X-Odd: a, b\r\n"
                           "i: 7@a\r\n"
                           "CSeq: 1 INVITE\r\n"
                           "Content-Length: 4\r\n"
                           "\r\n"
                           "bodymore";

std::vector<std::string> texts(const Message &m, HeaderId id) {
    std::vector<std::string> out;
    for (const Value &v : m.values(id))
        out.emplace_back(v.text);
    return out;
}

} // namespace

TEST_CASE("a request is indexed") {
    const auto m = Message::parse(invite);
    REQUIRE(m);
    CHECK_FALSE(m->fault());
    CHECK(m->is_request());
    CHECK(m->method() == Method::invite);
    CHECK(m->request_uri() == "sip:bob@example.com");
    CHECK(m->body() == "body");
    CHECK(m->bytes() == invite.substr(0, invite.size() - 4));
    CHECK(m->call_id() == "7@a");
    CHECK(m->header(HeaderId::from) == "<sip:alice@example.com>;tag=1");
    CHECK(m->header("x-odd") == "a, b");
    CHECK(m->header("Subject") == "first\r\n  and second line");
    CHECK_FALSE(m->header("X-Other"));
    CHECK(m->field_count() == 9);
    CHECK(m->field(2).name == "To");
}

TEST_CASE("values keep their order though other headers stand between them") {
    const auto m = Message::parse(invite);
    CHECK(texts(*m, HeaderId::via) == std::vector<std::string>{"SIP/2.0/UDP a.example.com;branch=z9hG4bK1",
                                                               "SIP/2.0/TCP b.example.com",
                                                               "SIP/2.0/TLS c.example.com"});
    CHECK(texts(*m, HeaderId::subject).size() == 1);
    CHECK(m->values(HeaderId::route).empty());
}

TEST_CASE("commas inside quotes and brackets do not cut a list") {
    const auto m = Message::parse("OPTIONS sip:a SIP/2.0\r\n"
                                  "m: \"a,b \\\", c\" <sip:x,y@h>;p=\"1,2\" ,<sip:z@h>\r\n\r\n");
    CHECK(texts(*m, HeaderId::contact) ==
          std::vector<std::string>{"\"a,b \\\", c\" <sip:x,y@h>;p=\"1,2\"", "<sip:z@h>"});
}

TEST_CASE("a response is indexed, with or without a reason") {
    const auto ok = Message::parse("SIP/2.0 200 All is well\r\nCSeq: 1 INVITE\r\n\r\n");
    REQUIRE(ok);
    CHECK(ok->is_response());
    CHECK(ok->status() == 200);
    CHECK(ok->reason() == "All is well");
    CHECK(Message::parse("SIP/2.0 100 \r\n\r\n")->reason().empty());
    CHECK(Message::parse("SIP/2.0 100\r\n\r\n")->status() == 100);
    CHECK_FALSE(Message::parse("SIP/2.0 99 Low\r\n\r\n"));
    CHECK_FALSE(Message::parse("SIP/2.0 4294967301 High\r\n\r\n"));
}

TEST_CASE("what is not SIP is no message") {
    for (const char *text :
         {"", "\r\n\r\n", "hello", "GET / HTTP/1.1\r\n\r\n", "INVITE SIP/2.0\r\n\r\n", "\x16\x03\x01"})
        CHECK_FALSE(Message::parse(text));
}

TEST_CASE("faults leave what can be answered") {
    const auto fault = [](std::string_view text) {
        const auto m = Message::parse(text);
        REQUIRE(m);
        REQUIRE(m->fault());
        return *m->fault();
    };
    CHECK(fault("OPTIONS sip:a SIP/7.0\r\nCall-ID: 1\r\n\r\n").code == 505);
    CHECK(fault("OPTIONS sip:a SIP/2.0\r\nCall-ID\r\n\r\n").error.text() == "header line without a colon");
    CHECK(fault("OPTIONS sip:a SIP/2.0\nCall-ID: 1\n\n").error.text() == "line ends with LF alone");
    CHECK(fault("OPTIONS sip:a SIP/2.0\r\nCall-ID: 1").error.text() == "headers end in the middle of a line");
    CHECK(fault("OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\n").error.text() ==
          "headers end without an empty line");
    CHECK(fault("OPTIONS sip:a SIP/2.0\r\nl: -9\r\n\r\n").error.text() == "Content-Length is not a number");
    CHECK(fault("OPTIONS sip:a SIP/2.0\r\nl: 0\r\nl: 0\r\n\r\n").error.text() ==
          "more than one Content-Length");
    CHECK(fault("OPTIONS sip:a SIP/2.0\r\nl: 5\r\n\r\nbody").error.text() ==
          "body is shorter than Content-Length");
    CHECK(fault("OPTIONS  sip:a SIP/2.0\r\n\r\n").error.text() ==
          "request line with blanks other than its two");
    CHECK(fault(std::string_view("OPTIONS sip:a SIP/2.0\r\ns: \0\r\n\r\n", 31)).error.text() ==
          "NUL in the headers");
    CHECK(fault("OPTIONS sip:a SIP/2.0\r\ns: a\rb\r\n\r\n").error.text() == "CR without LF");
}

TEST_CASE("limits hold") {
    std::string many = "OPTIONS sip:a SIP/2.0\r\n";
    for (std::size_t i = 0; i < base::limits::sip_headers; ++i)
        many += "s: " + std::to_string(i) + "\r\n";
    CHECK_FALSE(Message::parse(many + "\r\n")->fault());
    const auto more = Message::parse(many + "s: x\r\n\r\nbody");
    CHECK(more->fault()->error.text() == "too many header fields");
    CHECK(more->body() == "body");

    const std::string head = "OPTIONS sip:a SIP/2.0\r\n\r\n";
    const std::string largest = head + std::string(base::limits::sip_message - head.size(), 'x');
    CHECK_FALSE(Message::parse(largest)->fault());
    CHECK(Message::parse(largest + "x")->fault()->code == 513);
}

TEST_CASE("a name that hashes like a known one is another name") {
    // Slots of the table are shared; names are compared in full.
    for (const char *text : {"gda", "khd", "Vja", "Tx", "Fram", "CSeg", "Rout", "Content-Lengtk"})
        CHECK(header_id(text) == HeaderId::other);
    for (std::size_t i = 0; i + 1 < header_ids; ++i) {
        const auto id = static_cast<HeaderId>(i);
        CHECK(header_id(name(id)) == id);
        CHECK(header_id(base::lower(name(id))) == id);
    }
    CHECK(header_id("v") == HeaderId::via);
    CHECK(header_id("I") == HeaderId::call_id);
    CHECK(header_id("z") == HeaderId::other);
}

TEST_CASE("every message recorded or printed parses, and comes out as it went in") {
    auto all = tests::files(tests::data("rfc-callflows"), ".sip");
    for (auto &file : tests::files(tests::data("clients"), ".txt"))
        if (file.filename() != "SOURCE.txt")
            all.push_back(file);
    REQUIRE(all.size() > 200);
    for (const auto &file : all) {
        INFO(file);
        const std::string bytes = tests::with_crlf(tests::read_file(file));
        const auto m = Message::parse(bytes);
        REQUIRE(m);
        CHECK(bytes.substr(0, m->bytes().size()) == m->bytes());
        CHECK(Edit(*m).render() == m->bytes());
    }
}
