#include "wire/sip/edit.hpp"

#include "support/catch.hpp"
#include "wire/sip/builder.hpp"

using namespace cord::wire::sip;

namespace {

const Message original = *Message::parse("INVITE sip:bob@example.com SIP/2.0\r\n"
                                         "Via: SIP/2.0/UDP one, SIP/2.0/UDP two,  SIP/2.0/UDP three\r\n"
                                         "Route: <sip:p1;lr>\r\n"
                                         "X-Odd :  ;;,,;\r\n"
                                         "Route: <sip:p2;lr>,<sip:p3;lr>\r\n"
                                         "To: <sip:bob@example.com>\r\n"
                                         "c: text/plain\r\n"
                                         "l: 4\r\n"
                                         "\r\n"
                                         "body");

std::vector<Value> values(HeaderId id) {
    std::vector<Value> out;
    for (const Value &v : original.values(id))
        out.push_back(v);
    return out;
}

// The rendered head without the lines that stayed as they were.
std::string changed(const Edit &edit) {
    const std::string text = edit.render();
    std::string out;
    for (std::size_t at = 0; text.compare(at, 2, "\r\n") != 0;) {
        const std::size_t end = std::min(text.find("\r\n", at), text.size());
        const std::string line = text.substr(at, end - at);
        if (original.bytes().find(line + "\r\n") == std::string_view::npos)
            out += (out.empty() ? "" : "|") + line;
        at = end + 2;
    }
    return out;
}

} // namespace

TEST_CASE("no edits, no change") { CHECK(Edit(original).render() == original.bytes()); }

TEST_CASE("what a proxy does to a request") {
    Edit edit(original);
    edit.request_uri("sip:bob@192.0.2.7:5062");
    edit.prepend(HeaderId::via, "SIP/2.0/TCP us");
    edit.prepend(HeaderId::record_route, "<sip:inner;lr>");
    edit.prepend(HeaderId::record_route, "<sip:outer;lr>");
    edit.remove(values(HeaderId::route)[0]);
    edit.append("X-New", "1");
    CHECK(edit.render() == "INVITE sip:bob@192.0.2.7:5062 SIP/2.0\r\n"
                           "Record-Route: <sip:outer;lr>\r\n"
                           "Record-Route: <sip:inner;lr>\r\n"
                           "Via: SIP/2.0/TCP us\r\n"
                           "Via: SIP/2.0/UDP one, SIP/2.0/UDP two,  SIP/2.0/UDP three\r\n"
                           "X-Odd :  ;;,,;\r\n"
                           "Route: <sip:p2;lr>,<sip:p3;lr>\r\n"
                           "To: <sip:bob@example.com>\r\n"
                           "c: text/plain\r\n"
                           "l: 4\r\n"
                           "X-New: 1\r\n"
                           "\r\n"
                           "body");
}

TEST_CASE("single values leave a list") {
    const auto via_without = [](std::vector<std::size_t> places) {
        Edit edit(original);
        for (std::size_t place : places)
            edit.remove(values(HeaderId::via)[place]);
        return changed(edit);
    };
    CHECK(via_without({0}) == "Via: SIP/2.0/UDP two,  SIP/2.0/UDP three");
    CHECK(via_without({1}) == "Via: SIP/2.0/UDP one, SIP/2.0/UDP three");
    CHECK(via_without({2}) == "Via: SIP/2.0/UDP one, SIP/2.0/UDP two");
    CHECK(via_without({2, 0}) == "Via: SIP/2.0/UDP two");
    CHECK(via_without({1, 2}) == "Via: SIP/2.0/UDP one");
    Edit all(original);
    for (const Value &v : values(HeaderId::via))
        all.remove(v);
    CHECK(all.render().find("Via") == std::string::npos);
}

TEST_CASE("set keeps the first field's place and spelling") {
    Edit edit(original);
    edit.set(HeaderId::route, "<sip:only;lr>");
    edit.set(HeaderId::max_forwards, "70");
    CHECK(changed(edit) == "Route: <sip:only;lr>|Max-Forwards: 70");
    CHECK(Message::parse(edit.render())->count(HeaderId::route) == 1);
}

TEST_CASE("one value is replaced where it stands") {
    Edit edit(original);
    edit.replace(values(HeaderId::via)[1], "SIP/2.0/TLS new");
    edit.append(HeaderId::route, "<sip:last;lr>");
    CHECK(changed(edit) == "Via: SIP/2.0/UDP one, SIP/2.0/TLS new,  SIP/2.0/UDP three|Route: <sip:last;lr>");
}

TEST_CASE("a body brings its type and length") {
    Edit edit(original);
    edit.body("application/sdp", "v=0\r\n");
    const auto m = Message::parse(edit.render());
    CHECK(m->body() == "v=0\r\n");
    CHECK(m->header(HeaderId::content_length) == "5");
    CHECK(m->header(HeaderId::content_type) == "application/sdp");
    Edit none(original);
    none.body("", "");
    CHECK(Message::parse(none.render())->header(HeaderId::content_length) == "0");
    CHECK_FALSE(Message::parse(none.render())->has(HeaderId::content_type));
}

TEST_CASE("nothing given to an edit begins a line of its own") {
    Edit edit(original);
    edit.append("X", "a\r\nEvil: b");
    edit.set(HeaderId::to, "x\nEvil: c");
    CHECK(changed(edit) == "To: x Evil: c|X: a  Evil: b");
    CHECK(Builder::request("INFO", "sip:a\r\nEvil: b").finish().find("\r\nEvil") == std::string::npos);
}

TEST_CASE("Content-Length is added where it is missing") {
    Edit edit(*Message::parse("INFO sip:a SIP/2.0\r\n\r\nbody"));
    edit.ensure_content_length();
    CHECK(edit.render() == "INFO sip:a SIP/2.0\r\nContent-Length: 4\r\n\r\nbody");
}

TEST_CASE("responses are made as section 8.2.6 says") {
    const auto request = Message::parse(
        "INVITE sip:bob@b SIP/2.0\r\nVia: SIP/2.0/UDP one,SIP/2.0/UDP two\r\nMax-Forwards: 70\r\n"
        "f: <sip:a@b>;tag=1\r\nTo: Bob <sip:bob@b>\r\nv: SIP/2.0/UDP three\r\nCall-ID: c\r\n"
        "Timestamp: 54\r\nCSeq: 1 INVITE\r\n\r\n");
    CHECK(
        make_response(*request, 100).finish() ==
        "SIP/2.0 100 Trying\r\nVia: SIP/2.0/UDP one,SIP/2.0/UDP two\r\nf: <sip:a@b>;tag=1\r\nTo: Bob "
        "<sip:bob@b>\r\n"
        "v: SIP/2.0/UDP three\r\nCall-ID: c\r\nTimestamp: 54\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
    CHECK(make_response(*request, 486, "", "t").finish().find("To: Bob <sip:bob@b>;tag=t\r\n") !=
          std::string::npos);
    CHECK(make_response(*request, 499).finish().substr(0, 26) == "SIP/2.0 499 Client Error\r\n");

    const auto in_dialog = Message::parse("BYE sip:b SIP/2.0\r\nTo: <sip:b>;tag=old\r\n\r\n");
    CHECK(make_response(*in_dialog, 200, "Fine", "new").finish() ==
          "SIP/2.0 200 Fine\r\nTo: <sip:b>;tag=old\r\nContent-Length: 0\r\n\r\n");
}
