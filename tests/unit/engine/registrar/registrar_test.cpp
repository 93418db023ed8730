#include "fixture.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;

TEST_CASE("several contacts, each with its own expiry and q, come back as they were written", "[registrar]") {
    Fixture f;
    auto outcome =
        f.process(request("Contact: \"A\" <sip:a@h1;x=Y>;q=0.7, sip:a@h2;expires=120\nExpires: 300"));
    CHECK(outcome.answer.code == 200);
    CHECK(f.contacts(outcome) ==
          std::vector<std::string>{"<sip:a@h1;x=Y>;expires=300;q=0.700", "<sip:a@h2>;expires=120"});
    CHECK(outcome.changes.size() == 2);
    CHECK(outcome.changes[0].binding.ruid != outcome.changes[1].binding.ruid);
}

TEST_CASE("without Contact the bindings are told and nothing changes", "[registrar]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a@h1>"));
    auto outcome = f.process(request("", "other"));
    CHECK(outcome.changes.empty());
    CHECK(f.contacts(outcome) == std::vector<std::string>{"<sip:a@h1>;expires=3600"});
}

TEST_CASE("a refresh keeps the row, by equivalent URI", "[registrar]") {
    Fixture f;
    auto first = f.process(request("Contact: <sip:a@H1;lr;x=1>"));
    auto second = f.process(request("Contact: <sip:a@h1;X=1;lr>", "c", 2));
    REQUIRE(second.changes.size() == 1);
    CHECK(second.changes[0].binding.ruid == first.changes[0].binding.ruid);
    CHECK(f.contacts(second) == std::vector<std::string>{"<sip:a@h1;X=1;lr>;expires=3600"});
}

TEST_CASE("expiry is bounded below by 423 and above in silence", "[registrar]") {
    Fixture f;
    auto brief = f.process(request("Contact: <sip:a@h1>;expires=59"));
    CHECK(brief.answer.code == 423);
    CHECK(brief.answer.headers.at(0) == std::pair<std::string_view, std::string>("Min-Expires", "60"));
    CHECK(f.table.size() == 0);
    auto longer = f.process(request("Contact: <sip:a@h1>;expires=99999999999999"));
    CHECK(f.contacts(longer) == std::vector<std::string>{"<sip:a@h1>;expires=3600"});
    CHECK(f.contacts(f.process(request("Contact: <sip:a@h1>;expires=86400", "c", 2)))[0] ==
          "<sip:a@h1>;expires=3600");
}

TEST_CASE("expires=0 removes one, * with Expires: 0 removes all", "[registrar]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a@h1>, <sip:a@h2>, <sip:a@h3>"));
    auto one = f.process(request("Contact: <sip:a@h2>;expires=0", "c", 2));
    REQUIRE(one.changes.size() == 1);
    CHECK(one.changes[0].removed);
    CHECK(f.table.size() == 2);
    CHECK(f.process(request("Contact: <sip:a@unknown>;expires=0", "c", 3)).changes.empty());
    CHECK(f.process(request("Contact: *", "c", 4)).answer.code == 400);
    CHECK(f.process(request("Contact: *\nExpires: 1", "c", 4)).answer.code == 400);
    CHECK(f.process(request("Contact: *, <sip:a@h1>\nExpires: 0", "c", 4)).answer.code == 400);
    CHECK(f.process(request("Contact: *\nExpires: 0", "c", 4)).changes.size() == 2);
    CHECK(f.table.size() == 0);
}

TEST_CASE("a CSeq of the same Call-ID that is not higher fails, all or nothing", "[registrar]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a@h1>", "c", 5));
    CHECK(f.process(request("Contact: <sip:a@h2>, <sip:a@h1>", "c", 5)).answer.code == 500);
    CHECK(f.process(request("Contact: *\nExpires: 0", "c", 4)).answer.code == 500);
    CHECK(f.table.size() == 1);
    CHECK(f.process(request("Contact: <sip:a@h1>", "other", 1)).answer.code == 200);
}

TEST_CASE("what is no SIP contact is refused", "[registrar]") {
    Fixture f;
    CHECK(f.process(request("Contact: <mailto:a@h1>")).answer.code == 403);
    CHECK(f.process(request("Contact: <sip:a@h1>;q=7")).answer.code == 400);
    CHECK(f.process(request("Contact: <sip:a@h1")).answer.code == 400);
    CHECK(f.table.size() == 0);
}

TEST_CASE("more bindings than allowed are refused", "[registrar]") {
    Fixture f;
    f.registrar.set_limits({60, 3600, 3600, 2});
    (void)f.process(request("Contact: <sip:a@h1>, <sip:a@h2>"));
    CHECK(f.process(request("Contact: <sip:a@h3>", "x")).answer.code == 403);
    CHECK(f.process(request("Contact: <sip:a@h2>", "y")).answer.code == 200);
    CHECK(f.table.size() == 2);
    // One goes and one comes.
    CHECK(f.process(request("Contact: <sip:a@h1>;expires=0, <sip:a@h3>", "z")).answer.code == 200);
    CHECK(f.table.size() == 2);
    CHECK(f.process(request("Contact: <sip:a@h3>;expires=0, <sip:a@h3>, <sip:a@h4>", "z", 2)).answer.code ==
          403);
    // More than the limit are there already: a refresh and a removal are taken, a new one is not.
    f.registrar.set_limits({60, 3600, 3600, 1});
    CHECK(f.process(request("Contact: <sip:a@h3>", "z", 3)).answer.code == 200);
    CHECK(f.process(request("Contact: <sip:a@h4>", "z", 4)).answer.code == 403);
    CHECK(f.process(request("Contact: <sip:a@h3>;expires=0", "z", 5)).answer.code == 200);
    CHECK(f.table.size() == 1);
}

TEST_CASE("RFC 5626: instance and reg-id name the binding, whatever its URI", "[registrar]") {
    Fixture f;
    auto flow_of = [](std::string_view uri, int reg_id) {
        return fmt::format("Supported: outbound\nContact: <{}>;reg-id={};+sip.instance=\"<urn:uuid:1>\"", uri,
                           reg_id);
    };
    auto first = f.process(request(flow_of("sip:a@h1", 1)));
    CHECK(first.answer.headers.at(0) == std::pair<std::string_view, std::string>("Require", "outbound"));
    f.flow.remote.port = 7;
    (void)f.process(request(flow_of("sip:b@h2", 1), "x"));
    CHECK(f.table.size() == 1);
    (void)f.process(request(flow_of("sip:b@h3", 2), "y"));
    CHECK(f.table.size() == 2);
    CHECK(f.process(
               request(flow_of("sip:c@h4", 3) + ", <sip:d@h5>;reg-id=4;+sip.instance=\"<urn:uuid:2>\"", "z"))
              .answer.code == 400);
}

TEST_CASE("reg-id without outbound, and outbound by way of another proxy", "[registrar]") {
    Fixture f;
    auto plain = f.process(request("Contact: <sip:a@h1>;reg-id=1;+sip.instance=\"<urn:uuid:1>\""));
    CHECK(f.contacts(plain)[0] == "<sip:a@h1>;expires=3600;+sip.instance=\"<urn:uuid:1>\"");
    const char *text = "Via: SIP/2.0/UDP h2;branch=z9hG4bK2\nSupported: outbound, path\n"
                       "Contact: <sip:a@h1>;reg-id=1;+sip.instance=\"<urn:uuid:2>\"";
    CHECK(f.process(request(text, "x")).answer.code == 439);
    auto by_path = f.process(request(std::string(text) + "\nPath: <sip:edge.example.org;lr;ob>", "x"));
    CHECK(by_path.answer.code == 200);
    CHECK(f.headers(by_path, "Path") == std::vector<std::string>{"<sip:edge.example.org;lr;ob>"});
    CHECK(by_path.changes[0].binding.path == std::vector<std::string>{"sip:edge.example.org;lr;ob"});
}

TEST_CASE("a phone started again at its address replaces itself", "[registrar]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a-1@10.0.0.2:5060>;+sip.instance=\"<urn:uuid:1>\""));
    (void)f.process(request("Contact: <sip:a-2@10.0.0.2:5060>;+sip.instance=\"<urn:uuid:1>\"", "x"));
    REQUIRE(f.table.size() == 1);
    CHECK(f.table.of("a@example.org")[0].contact == "sip:a-2@10.0.0.2:5060");
}

TEST_CASE("a failed write puts back what was there, unless more has happened since", "[registrar]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a@h1>;expires=100"));
    f.registrar.stored(f.token, true);
    (void)f.process(request("Contact: <sip:a@h1>;expires=200, <sip:a@h2>", "c", 2));
    f.registrar.stored(f.token, false);
    REQUIRE(f.table.size() == 1);
    CHECK(f.table.of("a@example.org")[0].expires == f.now.unix + 100s);
    (void)f.process(request("Contact: <sip:a@h1>;expires=0", "c", 3));
    f.registrar.stored(f.token, false);
    CHECK(f.table.size() == 1);
    (void)f.process(request("Contact: <sip:a@h1>;expires=300", "c", 4));
    (void)f.process(request("Contact: <sip:a@h1>;expires=400", "c", 5));
    f.registrar.stored(f.token - 1, false);
    CHECK(f.table.of("a@example.org")[0].expires == f.now.unix + 400s);
}

TEST_CASE("a connection that dies while its binding is written takes it along", "[registrar]") {
    Fixture f;
    f.flow = {Transport::wss, 1, 9, *base::Endpoint::parse("10.0.0.1:8443"),
              *base::Endpoint::parse("10.0.0.2:1")};
    (void)f.process(request("Contact: <sip:a@x.invalid>"));
    CHECK(f.registrar.flow_closed(f.flow).size() == 1);
    f.registrar.stored(f.token, true);
    CHECK(f.table.size() == 0);
    CHECK(f.registrar.flow_closed(f.flow).empty());
}

TEST_CASE("a TCP phone that takes connections at its Contact stays when its own ends", "[registrar]") {
    Fixture f;
    f.flow = {Transport::tcp, 1, 9, *base::Endpoint::parse("10.0.0.1:5060"),
              *base::Endpoint::parse("10.0.0.2:40000")};
    (void)f.process(
        request("Contact: <sip:a@10.0.0.2:5060;transport=tcp>, <sip:b@192.168.1.2;transport=tcp>"));
    auto changes = f.registrar.flow_closed(f.flow);
    REQUIRE(changes.size() == 2);
    REQUIRE(f.table.size() == 1);
    const auto &left = f.table.of("a@example.org")[0];
    CHECK(left.contact == "sip:a@10.0.0.2:5060;transport=tcp");
    CHECK(left.flow.connection == 0);
    CHECK(left.flow.remote.text() == "10.0.0.2:5060");
    CHECK(f.registrar.flow_closed(f.flow).empty());
    // The write that failed puts it back by the way that is left.
    f.flow.connection = 10;
    (void)f.process(request("Contact: <sip:a@10.0.0.2:5060;transport=tcp>;expires=600", "c", 2));
    f.registrar.stored(f.token, true);
    (void)f.process(request("Contact: <sip:a@10.0.0.2:5060;transport=tcp>;expires=0", "c", 3));
    (void)f.registrar.flow_closed(f.flow);
    f.registrar.stored(f.token, false);
    REQUIRE(f.table.size() == 1);
    CHECK(f.table.of("a@example.org")[0].flow.connection == 0);
}
