#include "io/net/ndjson.hpp"

#include "support/catch.hpp"

using namespace cord;
using engine::transaction::Flow;
using engine::transaction::Transport;

static const base::UnixTime ts{std::chrono::microseconds(1'795'416'131'012'345)};
static const Flow flow{Transport::wss, 0, 17, *base::Endpoint::parse("192.0.2.2:8443"),
                       *base::Endpoint::parse("192.0.2.7:51544")};

TEST_CASE("a trace line is the contract's, from the sender to the receiver") {
    CHECK(
        io::net::trace_line(ts, "edge1", flow, false, base::as_bytes("INVITE sip:a \"q\"\r\n")) ==
        R"({"type":"sip","ts":1795416131.012345,"node":"edge1","transport":"wss","conn":17,"src":"192.0.2.7:51544",)"
        R"("dst":"192.0.2.2:8443","raw":"INVITE sip:a \"q\"\r\n"})");
    CHECK(
        io::net::trace_line(ts, "e", flow, true, base::as_bytes("\xff")) ==
        R"({"type":"sip","ts":1795416131.012345,"node":"e","transport":"wss","conn":17,"src":"192.0.2.2:8443",)"
        R"("dst":"192.0.2.7:51544","raw_b64":"/w=="})");
}

TEST_CASE("an event keeps the types of its fields") {
    engine::proxy::Event event{
        "call-end", {{"who", "a\nb"}, {"code", std::int64_t{200}}, {"mos", 4.25}, {"bridged", true}}};
    CHECK(
        io::net::event_line(ts, "n", event) ==
        R"({"type":"call-end","ts":1795416131.012345,"node":"n","who":"a\nb","code":200,"mos":4.25,"bridged":true})");
}
