#include "engine/locate/row.hpp"
#include "engine/locate/table.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::locate;
using cord::engine::transaction::Flow;
using cord::engine::transaction::Transport;
using namespace std::chrono_literals;

namespace {

base::UnixTime at(std::chrono::seconds s) { return base::UnixTime(s); }

Binding binding(std::string ruid, std::uint64_t connection = 0) {
    Binding b;
    b.ruid = ruid;
    b.user = "alice";
    b.domain = "example.org";
    b.contact = "sip:" + ruid + "@192.0.2.7:5070";
    b.call_id = "c1";
    b.cseq = 7;
    b.user_agent = "phone/1";
    b.methods = "INVITE, ACK,BYE,UPDATE";
    b.expires = at(2000s);
    b.modified = at(1000s);
    b.flow = Flow{connection == 0 ? Transport::udp : Transport::wss, 0, connection,
                  *base::Endpoint::parse("192.0.2.2:5060"), *base::Endpoint::parse("192.0.2.7:5070")};
    return b;
}

std::vector<std::string> ruids(const std::vector<Binding> &bindings) {
    std::vector<std::string> out;
    for (const Binding &b : bindings)
        out.push_back(b.ruid);
    return out;
}

} // namespace

TEST_CASE("bindings are found by address of record, the domain in any case", "[locate]") {
    Table table;
    CHECK_FALSE(table.put(binding("a")));
    CHECK_FALSE(table.put(binding("b")));
    Binding again = binding("a");
    again.cseq = 8;
    CHECK(table.put(again)->cseq == 7);
    CHECK(ruids(table.of(aor_key("alice", "Example.ORG"))) == std::vector<std::string>{"a", "b"});
    CHECK(table.of(aor_key("Alice", "example.org")).empty());
    CHECK(table.remove("alice@example.org", "a")->cseq == 8);
    CHECK_FALSE(table.remove("alice@example.org", "a"));
    CHECK(table.size() == 1);
}

TEST_CASE("what can be reached is ordered by q, then by age", "[locate]") {
    Table table;
    Binding low = binding("low");
    low.q = 500;
    Binding older = binding("older");
    Binding newer = binding("newer");
    newer.modified = at(1001s);
    Binding gone = binding("gone");
    gone.reachable = false;
    Binding past = binding("past");
    past.expires = at(1500s);
    for (const Binding &b : {low, older, newer, gone, past})
        table.put(b);
    CHECK(ruids(table.reachable("alice@example.org", at(1500s))) ==
          std::vector<std::string>{"newer", "older", "low"});
}

TEST_CASE("a connection takes its bindings with it, and only its own", "[locate]") {
    Table table;
    table.put(binding("a", 7));
    table.put(binding("b", 8));
    table.put(binding("c"));
    CHECK(ruids(table.remove_flow(binding("", 7).flow)) == std::vector<std::string>{"a"});
    CHECK(table.remove_flow(binding("", 7).flow).empty());
    CHECK(table.remove_flow(binding("c").flow).empty());
    Binding moved = binding("b", 9);
    table.put(moved);
    CHECK(table.remove_flow(binding("", 8).flow).empty());
    CHECK(table.remove_flow(moved.flow).size() == 1);
}

TEST_CASE("bindings expire in their order", "[locate]") {
    Table table;
    CHECK((table.next_expiry() == base::UnixTime::max())); // which Catch2 3 cannot print
    Binding soon = binding("soon");
    soon.expires = at(1100s);
    table.put(binding("later"));
    table.put(soon);
    CHECK(table.next_expiry() == at(1100s));
    CHECK(table.remove_expired(at(1099s)).empty());
    CHECK(ruids(table.remove_expired(at(1100s))) == std::vector<std::string>{"soon"});
    CHECK(table.next_expiry() == at(2000s));
}

TEST_CASE("a slot is the instance with its reg-id, else the contact", "[locate]") {
    Binding b = binding("a");
    CHECK(slot_of(b) == "alice@example.org sip:a@192.0.2.7:5070");
    b.instance = "urn:uuid:1";
    b.reg_id = 2;
    CHECK(slot_of(b) == "alice@example.org urn:uuid:1 2");
}

TEST_CASE("a row and back", "[locate]") {
    const std::pair<Transport, base::Endpoint> listeners[] = {
        {Transport::wss, *base::Endpoint::parse("0.0.0.0:8443")},
        {Transport::udp, *base::Endpoint::parse("192.0.2.2:5060")}};
    Binding b = binding("a");
    b.path = {"sip:p1.example.org;lr", "sip:p2.example.org;lr"};
    b.instance = "urn:uuid:1";
    b.reg_id = 1;
    b.q = 700;
    Row row = to_row(b);
    CHECK(row.received == "sip:192.0.2.7:5070;transport=udp");
    CHECK(row.socket == "udp:192.0.2.2:5060");
    CHECK(row.path == "<sip:p1.example.org;lr>, <sip:p2.example.org;lr>");
    CHECK(row.instance == "<urn:uuid:1>");
    CHECK(row.methods == (1 | 4 | 8 | 2048));
    CHECK(row.q == 0.7);
    auto back = from_row(row, listeners);
    REQUIRE(back);
    CHECK(back->path == b.path);
    CHECK(back->instance == b.instance);
    CHECK(back->q == 700);
    CHECK(back->reachable);
    CHECK(back->flow.listener == 1);
    CHECK(to_row(*back).methods == row.methods);
}

TEST_CASE("a row of a connection is loaded, but not reachable", "[locate]") {
    const std::pair<Transport, base::Endpoint> listeners[] = {
        {Transport::wss, *base::Endpoint::parse("0.0.0.0:5060")}};
    Row row = to_row(binding("a", 7));
    CHECK(row.received == "sip:192.0.2.7:5070;transport=ws");
    CHECK(row.connection_id == 7);
    auto back = from_row(row, listeners);
    REQUIRE(back);
    CHECK_FALSE(back->reachable);
    row.received = "sip:elsewhere";
    CHECK_FALSE(from_row(row, listeners));
}

TEST_CASE("a phone without its connection is reached at its Contact, if it is where that says", "[locate]") {
    const std::pair<Transport, base::Endpoint> listeners[] = {
        {Transport::tcp, *base::Endpoint::parse("192.0.2.2:5060")}};
    Binding b = binding("a", 7);
    b.flow.transport = Transport::tcp;
    b.flow.remote.port = 40'000;
    b.contact = "sip:a@192.0.2.7;transport=TCP";
    REQUIRE(flow_to_contact(b));
    CHECK(flow_to_contact(b)->connection == 0);
    CHECK(flow_to_contact(b)->remote.text() == "192.0.2.7:5060");
    auto loaded = from_row(to_row(b), listeners);
    REQUIRE(loaded);
    CHECK(loaded->reachable);
    CHECK(loaded->flow.remote.text() == "192.0.2.7:5060");

    b.flow = *flow_to_contact(b);
    CHECK(from_row(to_row(b), listeners)->reachable); // after another restart
    b.flow.remote.port = 40'000;

    auto none = [&](auto change) {
        Binding other = b;
        change(other);
        return !flow_to_contact(other);
    };
    CHECK(none([](Binding &o) { o.contact = "sip:a@10.0.0.7;transport=tcp"; }));
    CHECK(none([](Binding &o) { o.contact = "sip:a@phone.example;transport=tcp"; }));
    CHECK(none([](Binding &o) { o.contact = "sip:a@192.0.2.7"; }));
    CHECK(none([](Binding &o) { o.contact = "sip:a@192.0.2.7:40000;transport=tcp"; }));
    CHECK(none([](Binding &o) { o.reg_id = 1; }));
    CHECK(none([](Binding &o) { o.path = {"sip:edge.example;lr"}; }));
    CHECK(none([](Binding &o) { o.flow.transport = Transport::wss; }));
}
