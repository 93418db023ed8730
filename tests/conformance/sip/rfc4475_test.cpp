// The torture messages of RFC 4475: what the parser and the framer make of each, against expect.json.
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/files.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/framer.hpp"
#include "wire/sip/validate.hpp"

using namespace cord;
using namespace cord::wire::sip;
using nlohmann::json;

namespace {

struct Case {
    std::string name;
    json expect;
    std::string bytes;
};

std::vector<Case> cases() {
    std::vector<Case> out;
    const json all = json::parse(tests::read_file(tests::data("rfc4475/expect.json")));
    for (const json &c : all["cases"]) {
        const std::string file = c["file"];
        out.push_back({c["name"], c, tests::read_file(tests::data("rfc4475") / file)});
    }
    return out;
}

// A strict parser refuses these too; the RFC leaves a choice, and a proxy that has no use for a Date
// (3.1.2.12) or can do without the uniqueness of a branch (3.1.2.19) takes them.
bool accepted_by_choice(const std::string &name) { return name == "baddate" || name == "badbranch"; }

bool expects(const json &c, std::uint16_t code) {
    const auto codes = c["expect"].get<std::vector<std::uint16_t>>();
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

} // namespace

TEST_CASE("each message is accepted, or refused with a code that the RFC gives") {
    const auto all = cases();
    REQUIRE(all.size() == 50);
    for (const Case &c : all) {
        INFO(c.name);
        const auto m = Message::parse(c.bytes);
        const auto fault = m ? validate(*m) : std::nullopt;
        const bool accept = c.expect["parse_strict"] == "accept" || accepted_by_choice(c.name);
        CHECK((m.has_value() && !fault) == accept);
        if (m && fault && m->is_request())
            CHECK(expects(c.expect, fault->code));
    }
}

TEST_CASE("what is not changed comes out byte for byte") {
    for (const Case &c : cases()) {
        const auto m = Message::parse(c.bytes);
        if (!m)
            continue;
        INFO(c.name);
        CHECK(c.bytes.substr(0, m->bytes().size()) == m->bytes());
        CHECK(Edit(*m).render() == m->bytes());
    }
}

TEST_CASE("requests that are refused can be answered") {
    for (const Case &c : cases()) {
        const auto m = Message::parse(c.bytes);
        if (!m || !m->is_request() || !validate(*m))
            continue;
        INFO(c.name);
        const auto answer = Message::parse(make_response(*m, 400, "", "tag").finish());
        REQUIRE(answer);
        CHECK(answer->call_id() == m->call_id());
        CHECK(answer->values(HeaderId::via).empty() == m->values(HeaderId::via).empty());
    }
}

TEST_CASE("on a stream, a message whose end cannot be told closes it") {
    for (const Case &c : cases()) {
        INFO(c.name);
        StreamFramer framer;
        framer.push(c.bytes);
        const auto frame = framer.next();
        const bool closes = frame && std::holds_alternative<FrameError>(*frame);
        const json &tcp = c.expect["tcp"];
        if (tcp.contains("close") && tcp["close"] == "required")
            CHECK(closes);
        if (c.expect["parse_strict"] == "accept" && !tcp.contains("close"))
            CHECK_FALSE(closes);
    }
}
