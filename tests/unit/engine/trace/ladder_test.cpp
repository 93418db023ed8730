// Ladders as they are drawn, held against files; CORD_UPDATE_GOLDEN=1 writes them anew, to be looked at.
#include "engine/trace/ladder.hpp"

#include "base/limits.hpp"
#include "engine/trace/ladder_svg.hpp"
#include "engine/trace/ladder_text.hpp"
#include "engine/trace/live.hpp"
#include "engine/trace/printable.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;

namespace {

void matches(const std::string &name, const std::string &drawn) {
    const std::string path = std::string(std::getenv("CORD_TEST_DATA")) + "/ladders/" + name;
    if (std::getenv("CORD_UPDATE_GOLDEN") != nullptr)
        std::ofstream(path, std::ios::binary) << drawn;
    INFO(name << " is drawn as\n" << drawn);
    CHECK((drawn == slurp(path)));
}

Ladder first_call(const std::string &name) {
    const ReadFile read(capture(name));
    return make_ladder(*read.calls.listed().at(0));
}

} // namespace

TEST_CASE("a call with media as text") {
    const Ladder ladder = first_call("gen-sip-sdes-srtp-dtmf.pcap");
    matches("srtp.txt", ladder_text(ladder, {}));
    matches("srtp-60.txt", ladder_text(ladder, {60, false}));
    matches("srtp-colour.txt", ladder_text(ladder, {100, true}));
}

TEST_CASE("a call with media as a picture") {
    const Ladder ladder = first_call("gen-sip-sdes-srtp-dtmf.pcap");
    const std::string drawn = ladder_svg(ladder);
    matches("srtp.svg", drawn);
    CHECK(drawn == ladder_svg(first_call("gen-sip-sdes-srtp-dtmf.pcap")));
}

TEST_CASE("markup from the network stays text") {
    Ladder ladder;
    ladder.title = "<script>\"&";
    const std::string drawn = ladder_svg(ladder);
    CHECK(drawn.find("<script>") == std::string::npos);
    CHECK(drawn.find("&lt;script&gt;&quot;&amp;") != std::string::npos);
}

TEST_CASE("a proxy of several addresses is one column, media relayed by it end there") {
    const std::string trace =
        slurp(std::string(std::getenv("CORD_TEST_DATA")) + "/traces/browser-to-phone.ndjson");
    const ReadFile read(trace);
    const Ladder ladder = make_ladder(*read.calls.listed().at(0));
    REQUIRE(ladder.columns.size() == 3);
    CHECK(ladder.columns[0].label == "127.0.0.1:51544");
    CHECK(ladder.columns[1].label == "127.0.0.1:8443,5060");
    CHECK(ladder.columns[2].label == "127.0.0.1:5070");
    CHECK(ladder.columns[0].agent == "JsSIP 3.10.1");
    CHECK(ladder.columns[2].agent == "baresip v3.5 (Linux)");
    matches("browser-to-phone.txt", ladder_text(ladder, {}));
    matches("browser-to-phone.svg", ladder_svg(ladder));
}

TEST_CASE("a ladder has columns up to its limit, and says what was left out") {
    using cord::base::limits::trace_columns;
    std::string trace;
    for (std::size_t i = 0; i < trace_columns + 10; ++i)
        trace +=
            R"({"type":"sip","ts":1,"transport":"udp","src":"127.0.0.1:)" + std::to_string(1000 + i) +
            R"(","dst":"127.0.0.2:5060","raw":"OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK)" +
            std::to_string(i) +
            R"(\r\nCall-ID: 1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b>\r\nCSeq: 1 OPTIONS\r\n)" +
            R"(Content-Length: 0\r\n\r\n"})" + "\n";
    const ReadFile read(trace);
    const Ladder ladder = make_ladder(*read.calls.listed().at(0));
    CHECK(ladder.columns.size() == trace_columns);
    CHECK(ladder.rows.size() == trace_columns - 1);
    CHECK(ladder.facts.starts_with("11 rows of hosts past the first 32 left out, "));
}

TEST_CASE("two columns become one when the Via shows that they are one host") {
    const auto entry = [](const char *src, const char *dst, std::string_view vias) {
        const std::string raw =
            "OPTIONS sip:b SIP/2.0\r\nVia: " + std::string(vias) + "\r\nCall-ID: 1\r\n\r\n";
        const SipRecord record{
            {}, Transport::udp, *cord::base::Endpoint::parse(src), *cord::base::Endpoint::parse(dst), raw};
        return Entry(1, record, *read_message(raw));
    };
    Hosts hosts;
    hosts.note(entry("127.0.0.1:1", "127.0.0.1:5060", "SIP/2.0/UDP a;branch=z9hG4bKa"));
    hosts.note(entry("127.0.0.1:2", "127.0.0.1:5061", "SIP/2.0/UDP b;branch=z9hG4bKb"));
    REQUIRE(hosts.size() == 4);
    const auto [proxy, phone] = hosts.note(entry(
        "127.0.0.1:5061", "127.0.0.1:2", "SIP/2.0/UDP p;branch=z9hG4bKp, SIP/2.0/UDP a;branch=z9hG4bKa"));
    CHECK(proxy == 1);
    CHECK(phone == 2);
    CHECK(hosts.is_gone(3));
    CHECK(hosts.label(1) == "127.0.0.1:5060,5061");
    CHECK(hosts.column(*cord::base::Endpoint::parse("127.0.0.1:5061")) == 1);
}

TEST_CASE("a ladder drawn live") {
    const ReadFile read(capture("gen-sip-ws-binary-ipv6.pcap"));
    LiveLadder live({80, false});
    std::string drawn;
    for (const Call *call : read.calls.all())
        for (const Entry &entry : call->messages())
            drawn += live.add(*call, entry);
    matches("live.txt", drawn);
}

TEST_CASE("no line is wider than the terminal") {
    const Ladder ladder = first_call("gen-sip-sdes-srtp-dtmf.pcap");
    for (const std::size_t width : {20U, 40U, 57U, 80U, 133U}) {
        const std::string text = ladder_text(ladder, {width, false});
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            CHECK(width_of(text.substr(at, end - at)) <= width);
            at = end + 1;
        }
    }
}

TEST_CASE("text from the network cannot move the cursor") {
    CHECK(printable("a\x1b[2Jb\r\n\x7f") == "a·[2Jb···");
    CHECK(printable("gr\xC3\xBC\xC3\x9F \xC2\x9B \xFF\xC3") == "grüß · ··");
    CHECK(fitted("grüße", 5) == "grüße");
    CHECK(fitted("grüße!", 5) == "grüß…");
    CHECK(fitted("x", 0).empty());
}
