#include "wire/sip/validate.hpp"

#include "support/catch.hpp"
#include "support/files.hpp"

using namespace cord;
using namespace cord::wire::sip;

namespace {

std::string request(const std::string &replace = {}, const std::string &by = {}) {
    std::string text = "OPTIONS sip:bob@example.com SIP/2.0\r\n"
                       "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
                       "Max-Forwards: 70\r\n"
                       "From: <sip:alice@example.com>;tag=1\r\n"
                       "To: <sip:bob@example.com>\r\n"
                       "Call-ID: 1\r\n"
                       "CSeq: 1 OPTIONS\r\n"
                       "\r\n";
    if (!replace.empty())
        text.replace(text.find(replace), replace.size(), by);
    return text;
}

std::string reason(const std::string &text) {
    const auto m = Message::parse(text);
    REQUIRE(m);
    const auto fault = validate(*m);
    return fault ? std::string(fault->error.text()) : "";
}

} // namespace

TEST_CASE("a proper request is valid") { CHECK(reason(request()).empty()); }

TEST_CASE("each mandatory header must be there, once and well-formed") {
    CHECK(reason(request("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n", "")) == "no Via");
    CHECK(reason(request("Call-ID: 1\r\n", "")) == "no Call-ID");
    CHECK(reason(request("Call-ID: 1", "Call-ID: ")) == "empty Call-ID");
    CHECK(reason(request("Call-ID: 1", "Call-ID: 1\r\ni: 1")) == "more than one Call-ID");
    CHECK(reason(request("1 OPTIONS", "1 INVITE")) == "CSeq is of another method");
    CHECK(reason(request("1 OPTIONS", "x OPTIONS")) == "CSeq number is not one below 2^31");
    CHECK(reason(request("70", "256")) == "Max-Forwards is not a number up to 255");
    CHECK(reason(request("Max-Forwards: 70\r\n", "")).empty());
    CHECK(reason(request("To: <", "To: Bell, A <")) == "malformed display name");
    CHECK(reason(request("sip:bob@example.com SIP", "sip:bob@example.com?a=b SIP")) ==
          "headers in the Request-URI");
    CHECK(reason(request("Call-ID: 1", "Call-ID: 1\r\nContact: <sip:a@b>, <sip:c")) ==
          "angle bracket is not closed");
    CHECK(reason(request("Call-ID: 1", "Call-ID: 1\r\nContact: *")).empty());
}

TEST_CASE("real clients and the RFCs' own flows are valid") {
    for (const auto &file : tests::files(tests::data("clients"), ".txt"))
        if (file.filename() != "SOURCE.txt") {
            INFO(file);
            CHECK(reason(tests::with_crlf(tests::read_file(file))) == "");
        }
    for (const auto &file : tests::files(tests::data("rfc-callflows/rfc3665"), ".sip")) {
        INFO(file);
        CHECK(reason(tests::read_file(file)) == "");
    }
}
