// The torture messages of RFC 4475 sent to an open proxy and registrar: its answers, and what it forwards.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/proxy/core.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "wire/sip/headers.hpp"
#include "wire/sip/message.hpp"

using namespace cord;
using namespace cord::engine;
using namespace std::chrono_literals;
using nlohmann::json;
using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

namespace {

const base::Endpoint client_at = *base::Endpoint::parse("192.0.2.99:5060");
const base::Endpoint callee_at = *base::Endpoint::parse("192.0.2.50:5060");

/// A proxy with the torture's domains, what it answered and what it forwarded.
class Torture {
  public:
    Torture() : core_(config(), random_) {}

    void send(std::string_view bytes, const base::Endpoint &from) {
        proxy::Flow flow{proxy::Transport::udp, 0, 0, *base::Endpoint::parse("192.0.2.1:5060"), from};
        core_.on_message(flow, base::as_bytes(bytes), now_);
        drain();
    }
    void wait(base::Duration by) {
        now_.mono += by;
        core_.on_timer(now_);
        drain();
    }

    std::vector<Message> answers;
    std::vector<Message> forwarded;

  private:
    static proxy::Config config() {
        proxy::Config c;
        c.authenticate = false;
        c.domains = {"example.com", "example.net", "chair-dnrc.example.com", "company.com", "biloxi.com"};
        proxy::Listener udp;
        udp.local = *base::Endpoint::parse("192.0.2.1:5060");
        c.listeners = {udp};
        return c;
    }
    void drain() {
        for (auto effects = core_.take_effects(); !effects.empty(); effects = core_.take_effects())
            for (proxy::Effect &effect : effects) {
                if (auto *store = std::get_if<proxy::Store>(&effect))
                    core_.on_stored(store->token, true, now_);
                if (auto *sent = std::get_if<proxy::Send>(&effect)) {
                    Message m = *Message::parse(sent->bytes);
                    (m.is_request() ? forwarded : answers).push_back(m);
                }
            }
    }

    base::SeededRandom random_{1};
    proxy::Core core_;
    base::Now now_{base::Time(1s), base::UnixTime(1'700'000'000s)};
};

int final_code(const Torture &t) {
    for (const Message &m : t.answers)
        if (m.status() >= 200)
            return m.status();
    return 0;
}

bool lists(const json &c, int code) {
    for (const char *key : {"expect", "lenient"})
        for (int allowed : c.value(key, std::vector<int>{}))
            if (allowed == code)
                return true;
    return false;
}

void enroll(Torture &t, const std::string &aor) {
    t.send(fmt::format(
               "REGISTER sip:{} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKenroll\r\n"
               "Max-Forwards: 70\r\nTo: <{}>\r\nFrom: <{}>;tag=1\r\nCall-ID: enroll\r\nCSeq: 1 REGISTER\r\n"
               "Contact: <sip:callee@192.0.2.50>\r\nContent-Length: 0\r\n\r\n",
               aor.substr(aor.rfind('@') + 1), aor, aor),
           callee_at);
    REQUIRE(final_code(t) == 200);
    t.answers.clear();
}

} // namespace

TEST_CASE("each torture message is answered as the RFC says, or with silence where that is right") {
    const json all = json::parse(tests::read_file(tests::data("rfc4475/expect.json")));
    for (const json &c : all["cases"]) {
        INFO(c["name"].get<std::string>());
        const std::string bytes = tests::read_file(tests::data("rfc4475") / c["file"].get<std::string>());
        Torture t;
        t.send(bytes, client_at);
        t.wait(33s); // Requests to the outside of this test time out.
        if (c["silence"] == "required")
            CHECK(t.answers.empty());
        else if (c["silence"] == "forbidden" || !t.answers.empty())
            CHECK((lists(c, final_code(t)) ? 0 : final_code(t)) == 0);
        if (c["silence"] == "forbidden")
            CHECK_FALSE(t.answers.empty());
    }
}

TEST_CASE("what is to be forwarded arrives whole, with what the proxy does not know") {
    const json all = json::parse(tests::read_file(tests::data("rfc4475/expect.json")));
    int seen = 0;
    for (const json &c : all["cases"]) {
        const json &forward = c["forward"];
        if (!forward.contains("aor"))
            continue;
        INFO(c["name"].get<std::string>());
        Torture t;
        enroll(t, forward["aor"]);
        const std::string bytes = tests::read_file(tests::data("rfc4475") / c["file"].get<std::string>());
        t.send(bytes, client_at);
        if (forward.value("never", false)) {
            CHECK(t.forwarded.empty());
            continue;
        }
        if (!forward["must"].get<bool>())
            continue;
        REQUIRE(t.forwarded.size() == 1);
        const Message &m = t.forwarded.front();
        ++seen;
        CHECK(m.request_uri() == "sip:callee@192.0.2.50");
        const json equal = forward.value("header_equals", json::object());
        for (const auto &[name, value] : equal.items())
            CHECK(m.header(name) == value.get<std::string>());
        if (forward.contains("max_forwards"))
            CHECK(*wire::sip::max_forwards(m) == forward["max_forwards"].get<std::uint32_t>());
        if (forward.value("body_equal", false))
            CHECK(m.body() == Message::parse(bytes)->body());
        if (forward.contains("via_count")) {
            int vias = 0;
            for ([[maybe_unused]] const auto &via : m.values(HeaderId::via))
                ++vias;
            CHECK(vias == forward["via_count"].get<int>());
        }
    }
    CHECK(seen == 7);
}
