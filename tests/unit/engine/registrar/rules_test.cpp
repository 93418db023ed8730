// The rules of RFC 3261 section 10.3, RFC 3327 and RFC 5626 section 6, one by one in their order.
#include "fixture.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;

namespace {

using Lines = std::vector<std::string>;

/// A Contact of one flow of a client with an instance.
std::string flow_contact(std::string_view uri, int reg_id, std::string_view instance = "urn:uuid:1") {
    return fmt::format("<{}>;reg-id={};+sip.instance=\"<{}>\"", uri, reg_id, instance);
}

} // namespace

TEST_CASE("10.3 item 6: * removes what other Call-IDs made, whatever their CSeq", "[registrar][rules]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a@h1>", "one", 900));
    (void)f.process(request("Contact: <sip:a@h2>", "two", 5));
    CHECK(f.process(request("Contact: *\nExpires: 0", "two", 6)).changes.size() == 2);
    CHECK(f.table.size() == 0);
}

TEST_CASE("10.3 item 6: * is aborted whole by one binding whose CSeq is not lower", "[registrar][rules]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a@h1>", "one", 1));
    (void)f.process(request("Contact: <sip:a@h2>", "two", 5));
    CHECK(f.process(request("Contact: *\nExpires: 0", "two", 5)).answer.code == 500);
    CHECK(f.table.size() == 2);
}

TEST_CASE("10.3 item 7: the expires of the Contact goes before the header, and that before our own",
          "[registrar][rules]") {
    Fixture f;
    auto outcome = f.process(request("Contact: <sip:a@h1>;expires=100, <sip:a@h2>\nExpires: 200"));
    CHECK(f.contacts(outcome) == Lines{"<sip:a@h1>;expires=100", "<sip:a@h2>;expires=200"});
}

TEST_CASE("10.2: an expires that is malformed is 3600, one that is too large the largest",
          "[registrar][rules]") {
    Fixture f;
    f.registrar.set_limits({60, 86'400, 120, 10});
    auto outcome = f.process(request("Expires: 200\nContact: <sip:a@h1>;expires=soon, "
                                     "<sip:a@h2>;expires=99999999999, <sip:a@h3>;expires"));
    CHECK(f.contacts(outcome) ==
          Lines{"<sip:a@h1>;expires=3600", "<sip:a@h2>;expires=86400", "<sip:a@h3>;expires=3600"});
}

TEST_CASE("10.3 item 7: a new Contact and the end of the former one in one request", "[registrar][rules]") {
    const std::string instance = ";+sip.instance=\"<urn:uuid:1>\"";
    const std::string fresh = "<sip:a@h2>" + instance, over = "<sip:a@h1>;expires=0" + instance;
    for (const std::string &both : {fresh + ", " + over, over + ", " + fresh}) {
        INFO(both);
        Fixture f;
        (void)f.process(request("Contact: <sip:a@h1>" + instance));
        CHECK(f.process(request("Contact: " + both, "c", 2)).answer.code == 200);
        REQUIRE(f.table.size() == 1);
        CHECK(f.table.of("a@example.org")[0].contact == "sip:a@h2");
    }
}

TEST_CASE("a Contact that is not there is not removed in the place of another", "[registrar][rules]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a@h1>;+sip.instance=\"<urn:uuid:1>\""));
    (void)f.process(request("Contact: <sip:a@h2>;expires=0;+sip.instance=\"<urn:uuid:1>\"", "c", 2));
    CHECK(f.table.size() == 1);
}

TEST_CASE("more Contacts than could replace all of them are not compared", "[registrar][rules]") {
    Fixture f;
    std::string text = "Contact: <sip:a@h0>;expires=0";
    for (int i = 1; i < 20; ++i)
        text += fmt::format(", <sip:a@h{}>;expires=0", i);
    CHECK(f.process(request(text)).answer.code == 200);
    CHECK(f.process(request(text + ", <sip:a@h20>;expires=0", "c", 2)).answer.code == 403);
}

TEST_CASE("what Kamailio's table has no room for is refused, and a User-Agent is cut", "[registrar][rules]") {
    Fixture f;
    auto with = [&](const std::string &text, const std::string &call_id = "c") {
        return f.process(request(text, call_id)).answer.code;
    };
    auto instance = [](std::size_t n) {
        return fmt::format("Contact: <sip:a@h1>;+sip.instance=\"<{}>\"", std::string(n, 'u'));
    };
    auto contact = [](std::size_t n) { return fmt::format("Contact: <sip:{}@h>", std::string(n - 6, 'u')); };
    auto path = [](std::size_t n) {
        return fmt::format("Contact: <sip:a@h2>\nPath: <sip:{}@h>", std::string(n - 6, 'u'));
    };
    CHECK(with(instance(253)) == 200);
    CHECK(with(instance(254), "d") == 400);
    CHECK(with(instance(4096), "d") == 400);
    CHECK(with(contact(512)) == 200);
    CHECK(with(contact(513)) == 400);
    CHECK(with(path(508)) == 200);
    CHECK(with(path(509), "d") == 400);
    CHECK(with("Contact: <sip:a@h3>", std::string(255, 'c')) == 200);
    CHECK(with("Contact: <sip:a@h4>", std::string(256, 'c')) == 400);
    CHECK(with("Contact: <sip:a@h5>\nUser-Agent: " + std::string(300, 'x')) == 200);
    CHECK(f.table.of("a@example.org").back().user_agent.size() == 255);
}

TEST_CASE("RFC 3327 5.3: Path comes back as it was, and one that cannot be read is refused",
          "[registrar][rules]") {
    Fixture f;
    auto told = f.process(request("Supported: path\nContact: <sip:a@h1>\nPath: \"E\" <sip:p1;lr>;x=y"));
    CHECK(f.headers(told, "Path") == Lines{"\"E\" <sip:p1;lr>;x=y"});
    CHECK(f.process(request("Contact: <sip:a@h2>\nPath: <sip:p1;lr>, <sip:p2", "d")).answer.code == 400);
}

TEST_CASE("RFC 8599 5.6.1: services are told to who names one, asks for one, or asks for all",
          "[registrar][rules]") {
    Fixture f;
    f.registrar.set_limits({60, 3600, 3600, 10, {"acme", "webpush"}});
    int n = 0;
    auto told = [&](const std::string &params, const std::string &more = "") {
        auto text = fmt::format("Contact: <sip:a@h{}{}>{}", ++n, params, more);
        auto outcome = f.process(request(text, std::to_string(n)));
        (void)f.process(request("Contact: *\nExpires: 0", "all", n));
        return f.headers(outcome, "Feature-Caps");
    };
    CHECK(told(";pn-provider=acme;pn-prid=1") == Lines{"*;+sip.pns=\"acme\""});
    CHECK(told(";pn-provider=ACME;pn-prid=1", ";+sip.pnsreg") ==
          Lines{"*;+sip.pns=\"acme\";+sip.pnsreg=\"130\""});
    CHECK(told(";pn-provider=acme") == Lines{"*;+sip.pns=\"acme\""});
    CHECK(told(";pn-provider") == Lines{"*;+sip.pns=\"acme\"", "*;+sip.pns=\"webpush\""});
    CHECK(told(";pn-provider=other;pn-prid=1").empty());
    CHECK(told("").empty());
    CHECK(told(";pn-provider=acme;pn-prid=1", "\nFeature-Caps: *;+sip.pns=\"acme\"").empty());
    CHECK(told(";pn-provider=acme;pn-prid=1", ";expires=0").empty());
}

TEST_CASE("10.3 item 7: an hour is never too brief", "[registrar][rules]") {
    Fixture f;
    f.registrar.set_limits({7200, 86'400, 86'400, 10});
    CHECK(f.process(request("Contact: <sip:a@h1>;expires=3599")).answer.code == 423);
    CHECK(f.process(request("Contact: <sip:a@h1>;expires=3600", "c", 2)).answer.code == 200);
}

TEST_CASE("10.3 item 7: 423 for one Contact leaves all of them as they were", "[registrar][rules]") {
    Fixture f;
    CHECK(f.process(request("Contact: <sip:a@h1>, <sip:a@h2>;expires=1")).answer.code == 423);
    CHECK(f.table.size() == 0);
    (void)f.process(request("Contact: <sip:a@h1>", "c", 2));
    CHECK(f.process(request("Contact: <sip:a@h1>;expires=0, <sip:a@h2>;expires=1", "c", 3)).answer.code ==
          423);
    CHECK(f.table.size() == 1);
}

TEST_CASE("10.3 item 7: a removal is in order, too", "[registrar][rules]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a@h1>", "c", 7));
    CHECK(f.process(request("Contact: <sip:a@h1>;expires=0", "c", 6)).answer.code == 500);
    CHECK(f.process(request("Contact: <sip:a@h1>;expires=0", "c", 8)).answer.code == 200);
    CHECK(f.table.size() == 0);
}

TEST_CASE("10.3 item 7: a refresh takes its Call-ID and CSeq along", "[registrar][rules]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a@h1>", "before", 70));
    (void)f.process(request("Contact: <sip:a@h1>", "after", 2));
    CHECK(f.process(request("Contact: <sip:a@h1>", "after", 2)).answer.code == 500);
    CHECK(f.process(request("Contact: <sip:a@h1>", "before", 71)).answer.code == 200);
}

TEST_CASE("10.3 item 7: a Contact given twice is one binding, and its last word holds",
          "[registrar][rules]") {
    Fixture f;
    auto twice = f.process(request("Contact: <sip:a@h1>;expires=100, <sip:a@H1>;expires=200"));
    CHECK(f.contacts(twice) == Lines{"<sip:a@H1>;expires=200"});
    CHECK(twice.changes.size() == 1);
    auto taken_back = f.process(request("Contact: <sip:a@h2>, <sip:a@h2>;expires=0", "x"));
    CHECK(taken_back.answer.code == 200);
    CHECK(f.table.size() == 1);
}

TEST_CASE("10.3 item 8: the answer has all bindings, of whomever, and a Date", "[registrar][rules]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:a@h1>;q=0.5", "one"));
    auto outcome = f.process(request("Contact: <sip:a@h2>;expires=60", "two"));
    CHECK(f.contacts(outcome) == Lines{"<sip:a@h1>;expires=3600;q=0.500", "<sip:a@h2>;expires=60"});
    CHECK(f.headers(outcome, "Date") == Lines{"Thu, 01 Jan 1970 00:16:40 GMT"});
    f.now.unix += 20s;
    CHECK(f.contacts(f.process(request("", "three"))).at(1) == "<sip:a@h2>;expires=40");
}

TEST_CASE("19.1.4: URIs are compared as URIs", "[registrar][rules]") {
    Fixture f;
    (void)f.process(request("Contact: <sip:%61@h1;transport=tcp>", "one"));
    (void)f.process(request("Contact: <sip:a@H1;transport=TCP>", "two"));
    CHECK(f.table.size() == 1);
    (void)f.process(
        request("Contact: <sip:a@h1>, <sip:A@h1;transport=tcp>, <sips:a@h1;transport=tcp>", "three"));
    CHECK(f.table.size() == 4);
}

TEST_CASE("RFC 3327 5.3: every Path is kept in its order, and goes back to those who know it",
          "[registrar][rules]") {
    Fixture f;
    const std::string path = "Contact: <sip:a@h1>\nPath: <sip:p1;lr>, <sip:p2;lr>\nPath: <sip:p3;lr>";
    auto silent = f.process(request(path));
    CHECK(f.headers(silent, "Path").empty());
    CHECK(silent.changes.at(0).binding.path == Lines{"sip:p1;lr", "sip:p2;lr", "sip:p3;lr"});
    auto told = f.process(request(path + "\nSupported: path", "c", 2));
    CHECK(f.headers(told, "Path") == Lines{"<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"});
    auto without = f.process(request("Contact: <sip:a@h1>", "c", 3));
    CHECK(without.changes.at(0).binding.path.empty());
}

TEST_CASE("RFC 5626 6: several flows of one instance live side by side, each replaced by its own number",
          "[registrar][rules]") {
    Fixture f;
    (void)f.process(request("Supported: outbound\nContact: " + flow_contact("sip:a@h1", 1), "one"));
    f.flow.remote.port = 6000;
    (void)f.process(request("Supported: outbound\nContact: " + flow_contact("sip:a@h1", 2), "one", 2));
    REQUIRE(f.table.size() == 2);
    f.flow.remote.port = 7000;
    auto again = f.process(request("Supported: outbound\nContact: " + flow_contact("sip:b@h2", 1), "two"));
    REQUIRE(f.table.size() == 2);
    CHECK(f.table.of("a@example.org")[0].contact == "sip:b@h2");
    CHECK(f.table.of("a@example.org")[0].flow.remote.port == 7000);
    CHECK(f.table.of("a@example.org")[1].flow.remote.port == 6000);
    CHECK(again.answer.code == 200);
}

TEST_CASE("RFC 5626 6: one new flow at a time, while several may be removed", "[registrar][rules]") {
    Fixture f;
    const std::string both = flow_contact("sip:a@h1", 1) + ", " + flow_contact("sip:a@h2", 2);
    CHECK(f.process(request("Supported: outbound\nContact: " + both)).answer.code == 400);
    // Of several that stay none may be a flow.
    const std::string beside = flow_contact("sip:a@h1", 1) + ", <sip:a@h2>";
    CHECK(f.process(request("Supported: outbound\nContact: " + beside)).answer.code == 400);
    CHECK(f.process(request("Contact: " + beside, "plain")).answer.code == 200);
    CHECK(f.process(request("Contact: *\nExpires: 0", "plain", 2)).answer.code == 200);
    (void)f.process(request("Supported: outbound\nContact: " + flow_contact("sip:a@h1", 1), "one"));
    (void)f.process(request("Supported: outbound\nContact: " + flow_contact("sip:a@h2", 2), "two"));
    CHECK(f.process(request("Supported: outbound\nExpires: 0\nContact: " + both, "three")).answer.code ==
          200);
    CHECK(f.table.size() == 0);
}

TEST_CASE("RFC 5626 6: Require and Supported say outbound, and a stream client is told when to speak",
          "[registrar][rules]") {
    Fixture f;
    const std::string text = "Supported: outbound\nContact: " + flow_contact("sip:a@h1", 1);
    auto by_udp = f.process(request(text));
    CHECK(f.headers(by_udp, "Require") == Lines{"outbound"});
    // RFC 5627 section 5.2: not gruu.
    CHECK(f.headers(by_udp, "Supported") == Lines{"path, outbound"});
    CHECK(f.headers(by_udp, "Flow-Timer").empty());
    f.flow.transport = Transport::tls;
    CHECK(f.headers(f.process(request(text, "c", 2)), "Flow-Timer") == Lines{"120"});
    CHECK(f.headers(f.process(request("Contact: <sip:a@h2>", "x")), "Require").empty());
    CHECK(f.headers(f.process(request("Contact: <sip:a@h2>", "x", 2)), "Flow-Timer").empty());
    // "in its response to that REGISTER request", whatever it asks for the flow.
    CHECK(f.headers(f.process(request(text + ";expires=0", "c", 3)), "Require") == Lines{"outbound"});
}

TEST_CASE("two Contacts of one client stay two when it refreshes them", "[registrar][rules]") {
    Fixture f;
    const char *text = "Contact: <sip:a@h1>;+sip.instance=\"<urn:uuid:1>\", "
                       "<sips:a@h1>;+sip.instance=\"<urn:uuid:1>\"";
    (void)f.process(request(text));
    CHECK(f.table.size() == 2);
    CHECK(f.process(request(text, "c", 2)).changes.size() == 2);
    CHECK(f.table.size() == 2);
}
