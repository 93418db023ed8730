// What we ask of trunks ourselves: whether they are there, and to be registered with them.
#include <optional>

#include <fmt/format.h>

#include "support/catch.hpp"
#include "trunk_bench.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using engine::proxy::Trunk;
using wire::sip::HeaderId;
using wire::sip::Message;
using Strings = std::vector<std::string>;

namespace {

Trunk probed() {
    Trunk trunk = trunk_named("a");
    trunk.probe = 30s;
    return trunk;
}

Trunk registered() {
    Trunk trunk = trunk_named("a");
    trunk.username = "49301234";
    trunk.password = "far-secret";
    trunk.registers = true;
    return trunk;
}

std::string granted(const Message &request, int seconds) {
    std::string ok = respond(request, 200, "x");
    return ok.insert(ok.find("\r\n") + 2,
                     fmt::format("Contact: <sip:other@10.9.9.9>;expires=77\r\nContact: {};expires={}\r\n",
                                 *request.header(HeaderId::contact), seconds));
}

/// Of a registration that is up, for 600 seconds.
struct Registered : Trunks {
    Registered() : Trunks(with_trunks({registered()}, {{"", "a"}})) {
        bench.advance(1ms);
        first = a.next("REGISTER");
        bench.send(a, challenge(*first, false));
        bench.send(a, granted(a.next("REGISTER"), 600));
    }
    std::optional<Message> first;
};

} // namespace

TEST_CASE("a trunk is asked whether it is there, and events tell of changes", "[proxy][trunks]") {
    Trunks t(with_trunks({probed(), trunk_named("b")}, {{"", "a", 0, "", 1}, {"", "b", 0, "", 2}}));
    t.bench.advance(1ms);
    const Message probe = t.a.next("OPTIONS");
    CHECK(probe.request_uri() == "sip:a.example");
    CHECK_FALSE(t.bench.core().trunks()[0].up);
    const int code = GENERATE(200, 404, 501);
    t.bench.send(t.a, respond(probe, static_cast<std::uint16_t>(code), "x"));
    CHECK(t.bench.events("trunk-up") == Strings{"trunk=a "});
    t.bench.advance(30s);
    t.bench.send(t.a, respond(t.a.next("OPTIONS"), 200, "x"));
    CHECK(t.bench.events("trunk-up").size() == 1);

    t.bench.advance(30s);
    SECTION("one that does not answer is down, and asked last") {
        t.bench.advance(33s);
        CHECK(t.bench.events("trunk-down") == Strings{"trunk=a reason=OPTIONS: no answer "});
    }
    SECTION("so is one that cannot serve") {
        t.bench.send(t.a, respond(t.a.next("OPTIONS"), 503, "x"));
        CHECK(t.bench.events("trunk-down") == Strings{"trunk=a reason=OPTIONS: 503 "});
    }
    CHECK(t.bench.level("trunks_down") == 1);
    CHECK_FALSE(t.bench.core().trunks()[0].up.value_or(true));
    CHECK_FALSE(t.bench.core().trunks()[1].up);
    t.call("030");
    t.bench.send(t.b, respond(t.b.next("INVITE"), 503, "y"));
    t.a.inbox.clear();
    t.bench.advance(31s);
    t.bench.send(t.a, respond(t.a.next("OPTIONS"), 200, "x"));
    CHECK(t.bench.events("trunk-up").size() == 2);
    CHECK(t.bench.level("trunks_down") == 0);
}

TEST_CASE("a trunk whose name is not found is down", "[proxy][trunks]") {
    Trunks t(with_trunks({probed()}, {}));
    t.bench.places.clear();
    t.bench.advance(1ms);
    CHECK(t.bench.events("trunk-down") == Strings{"trunk=a reason=OPTIONS: no address was found "});
}

TEST_CASE("we are registered with a trunk that wants it", "[proxy][trunks]") {
    Registered t;
    CHECK(t.first->request_uri() == "sip:a.example");
    CHECK(t.first->header(HeaderId::to) == "<sip:49301234@a.example>");
    CHECK(t.first->header(HeaderId::contact) == "<sip:49301234@10.77.0.1:5060>");
    CHECK(t.first->header(HeaderId::expires) == "3600");
    CHECK(t.bench.events("trunk-up") == Strings{"trunk=a "});
    const auto registration = t.bench.core().trunks().at(0).registration;
    REQUIRE(registration);
    CHECK(registration->well);
    CHECK(registration->due == t.bench.now().mono + 540s);

    t.bench.advance(539s);
    CHECK(t.a.idle());
    t.bench.advance(1s);
    const Message refresh = t.a.next("REGISTER");
    CHECK(refresh.call_id() == t.first->call_id());
    CHECK(wire::sip::cseq(refresh)->number == 3);

    SECTION("and tries again when that fails") {
        t.bench.send(t.a, respond(refresh, 403, "x"));
        CHECK(t.bench.events("trunk-down") == Strings{"trunk=a reason=REGISTER: 403 "});
        t.bench.advance(31s);
        t.bench.send(t.a, granted(t.a.next("REGISTER"), 600));
        CHECK(t.bench.events("trunk-up").size() == 2);
    }
    SECTION("for longer, if it wants that") {
        std::string brief = respond(refresh, 423, "x");
        t.bench.send(t.a, brief.insert(brief.find("\r\n") + 2, "Min-Expires: 7200\r\n"));
        const Message longer = t.a.next("REGISTER");
        CHECK(longer.header(HeaderId::expires) == "7200");
        t.bench.send(t.a, respond(longer, 423, "x"));
        CHECK(t.bench.events("trunk-down").size() == 1);
    }
    SECTION("and a password that is wrong is not tried for ever") {
        t.bench.send(t.a, Trunks::challenge(refresh, false));
        t.bench.send(t.a, Trunks::challenge(t.a.next("REGISTER"), false));
        CHECK(t.a.idle());
        CHECK(t.bench.events("trunk-down") == Strings{"trunk=a reason=REGISTER: 401 "});
    }
}

TEST_CASE("the trunk that we are registered with brings calls", "[proxy][trunks]") {
    Registered t;
    Client &phone = t.bench.phone("1002", "10.77.0.22:5060");
    t.bench.enroll(phone, "<sip:1002@10.77.0.22:5060>");
    t.bench.send(t.a, invite(t.a, "1002", phone_sdp));
    CHECK(phone.next("INVITE").is_request());
}

TEST_CASE("a reload touches only what it changes", "[proxy][trunks]") {
    Registered t;
    t.bench.core().reconfigure(with_trunks({registered()}, {}));
    t.bench.advance(1s);
    CHECK(t.a.idle());
    Trunk other = registered();
    other.password = "another";
    t.bench.core().reconfigure(with_trunks({other}, {}));
    t.bench.advance(1s);
    CHECK(t.a.next("REGISTER").is_request());
    t.bench.core().reconfigure(with_trunks({}, {}));
    t.bench.advance(700s);
    t.a.inbox.clear();
    t.bench.advance(700s);
    CHECK(t.a.idle());
}
