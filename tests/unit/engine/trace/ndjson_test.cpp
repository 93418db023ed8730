#include "engine/trace/ndjson.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;

namespace {

const std::string start =
    R"({"type":"sip","ts":1795416131.312345,"node":"edge1","transport":"wss","conn":17,)"
    R"("src":"192.0.2.7:51544","dst":"[2001:db8::1]:8443",)";

} // namespace

TEST_CASE("a trace line") {
    std::string raw;
    const auto r =
        parse_trace_line(start + R"("raw":"INVITE sip:a SIP/2.0\r\n\u00e9 \ud83d\ude00 \"\\\/"})", raw);
    REQUIRE(r);
    REQUIRE(*r);
    CHECK((*r)->at.time_since_epoch().count() == 1'795'416'131'312'345'000);
    CHECK((*r)->transport == Transport::wss);
    CHECK((*r)->src.text() == "192.0.2.7:51544");
    CHECK((*r)->dst.text() == "[2001:db8::1]:8443");
    CHECK((*r)->raw == "INVITE sip:a SIP/2.0\r\n\xC3\xA9 \xF0\x9F\x98\x80 \"\\/");
}

TEST_CASE("a trace line whose bytes are no UTF-8") {
    std::string raw;
    const auto r = parse_trace_line(start + R"("raw_b64":"/wD+"})", raw);
    REQUIRE(r);
    CHECK((*r)->raw == std::string("\xFF\0\xFE", 3));
}

TEST_CASE("members may come in any order, others may be there") {
    std::string raw;
    const auto r =
        parse_trace_line(R"( { "raw" : "x" , "more":{"a":["}"]}, "flag":true,"type":"sip","ts":1} )", raw);
    REQUIRE(r);
    CHECK((*r)->raw == "x");
}

TEST_CASE("a time is any JSON number of seconds", "[trace]") {
    std::string raw;
    const auto at = [&](const std::string &ts) {
        const auto record = parse_trace_line(R"({"type":"sip","raw":"x","ts":)" + ts + "}", raw);
        return record && *record ? (*record)->at.time_since_epoch() / std::chrono::microseconds(1) : -1;
    };
    CHECK(at("1795416131.312345") == 1795416131312345);
    CHECK(at("1795416131") == 1795416131000000);
    CHECK(at("1795416131.31234500000000012345") == 1795416131312345);
    CHECK(at("1.795416131312345e9") == 1795416131312345);
    for (const char *wrong : {"-1", "1e99", "1e", "1.x", "1e9x", "99999999999"})
        CHECK(at(wrong) == -1);
}

TEST_CASE("lines of another type are no messages, and no fault") {
    std::string raw;
    const auto r = parse_trace_line(R"({"type":"dropped","ts":1.5,"count":3})", raw);
    REQUIRE(r);
    CHECK(!*r);
}

TEST_CASE("lines that are not of a trace") {
    std::string raw;
    const auto reason = [&](const std::string &line) {
        const auto r = parse_trace_line(line, raw);
        return r ? std::string() : std::string(r.error().text());
    };
    CHECK(reason("") == "not a JSON object");
    CHECK(reason("{") == "not a JSON object");
    CHECK(reason(R"({"type":"sip")") == "not a JSON object");
    CHECK(reason(R"({"type":"sip"} x)") == "not a JSON object");
    CHECK(reason(R"({"type":"sip","raw":"x"})").starts_with("no ts"));
    CHECK(reason(R"({"type":"sip","ts":"1","raw":"x","src":"nowhere"})").starts_with("src or dst"));
    CHECK(reason(R"({"type":"sip","ts":1,"raw":"\ud800"})") == "neither raw nor raw_b64");
    CHECK(reason(R"({"type":"sip","ts":1,"raw":"\q"})") == "neither raw nor raw_b64");
    CHECK(reason(R"({"type":"sip","ts":1,"raw_b64":"!"})") == "neither raw nor raw_b64");
}

TEST_CASE("a file goes on behind a bad line, and behind one that never ends") {
    NdjsonReader reader;
    const std::string endless(cord::base::limits::trace_line + 1, 'x');
    auto step = reader.step(cord::base::as_bytes(endless));
    REQUIRE(step);
    CHECK(step->consumed == endless.size());
    const std::string rest = "still that line\n\nnonsense\n" + start + "\"raw\":\"x\"}\n";
    std::size_t at = 0;
    std::size_t records = 0;
    while (at < rest.size()) {
        step = reader.step(cord::base::as_bytes(rest).subspan(at));
        REQUIRE(step);
        at += step->consumed;
        records += std::holds_alternative<SipRecord>(step->found) ? 1 : 0;
    }
    CHECK(records == 1);
    CHECK(reader.skipped() == 2);
}
