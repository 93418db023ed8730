// Clients that sleep and can be woken (RFC 8599).
#include <fmt/format.h>

#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::HeaderId;

namespace {

constexpr const char *contact =
    "<sip:1001@192.168.1.9:41000;transport=tcp;pn-provider=acme;pn-prid=ZTY4;pn-param=p%31>";

/// A phone that can be woken and whose connection ended, and one that calls it.
struct Asleep {
    Bench bench;
    Client &caller = bench.phone("1002", "10.77.0.22:5060");
    Client &phone = bench.tcp_phone("1001", "10.77.0.21:40001");

    explicit Asleep(engine::proxy::Config config = Bench::default_config()) : bench(std::move(config)) {
        bench.enroll(phone, contact);
        bench.close(phone);
    }
    void call() { bench.send_with_password(caller, invite(caller, "1001", phone_sdp)); }
    /// The phone comes back on another connection and port.
    void wake_up() {
        bench.reconnect(phone);
        bench.enroll(
            phone, "<sip:1001@192.168.1.9:41001;transport=tcp;pn-provider=acme;pn-prid=ZTY4;pn-param=p%31>");
        bench.advance(1ms);
    }
};

} // namespace

TEST_CASE("a call wakes who sleeps, and goes on when it has registered", "[proxy][push]") {
    Asleep t;
    CHECK(t.bench.events("unregistered").empty());
    t.call();
    REQUIRE(t.bench.events("push-wanted").size() == 1);
    CHECK(t.bench.events("push-wanted")[0] ==
          "user=1001@iop.test provider=acme prid=ZTY4 param=p1 method=INVITE "
          "from=1002@iop.test call_id=call-1002-1001 ");
    t.bench.advance(5s);
    t.wake_up();
    CHECK(t.phone.next("INVITE").request_uri().find(":41001;") != std::string_view::npos);
    // It took the place of its sleeping self.
    CHECK(t.bench.core().contacts("1001", "iop.test", t.bench.now()).size() == 1);
    t.bench.advance(30s);
    CHECK(t.bench.events("push-wanted").size() == 1);
}

TEST_CASE("who does not wake in time is not available", "[proxy][push]") {
    Asleep t;
    t.call();
    t.bench.advance(19s);
    for (const auto &message : t.caller.inbox)
        CHECK(message.status() != 480);
    t.bench.advance(2s);
    CHECK(t.caller.next("480").is_response());
    t.wake_up();
    CHECK(t.phone.idle());
}

TEST_CASE("a caller who gives up while the phone wakes rings nobody", "[proxy][push]") {
    Asleep t;
    t.call();
    std::string cancel = invite(t.caller, "1001", "");
    cancel.replace(0, 6, "CANCEL");
    cancel.replace(cancel.find("z9hG4bK") + 7, 0, "x");
    cancel.replace(cancel.find("CSeq: 1 INVITE"), 14, "CSeq: 11 CANCEL");
    t.bench.send(t.caller, cancel);
    CHECK(t.caller.next("487").is_response());
    t.wake_up();
    CHECK(t.phone.idle());
    t.bench.advance(60s);
    CHECK(t.bench.level("exchanges") == 0);
}

TEST_CASE("who is reachable by another client is not woken", "[proxy][push]") {
    Asleep t;
    Client &desk = t.bench.phone("1001", "10.77.0.23:5060");
    t.bench.enroll(desk, "<sip:1001@10.77.0.23:5060>");
    t.call();
    CHECK(desk.next("INVITE").is_request());
    CHECK(t.bench.events("push-wanted").empty());
}

TEST_CASE("a registration that is over is not woken, nor one without a push service", "[proxy][push]") {
    Asleep t;
    Client &other = t.bench.tcp_phone("1003", "10.77.0.24:40001");
    t.bench.enroll(other, "<sip:1003@192.168.1.10:41000;transport=tcp;pn-provider=acme>");
    t.bench.close(other);
    t.bench.send_with_password(t.caller, invite(t.caller, "1003", phone_sdp));
    CHECK(t.caller.next("480").is_response());
    t.bench.advance(601s);
    t.caller.inbox.clear();
    t.call();
    CHECK(t.caller.next("480").is_response());
    CHECK(t.bench.events("push-wanted").empty());
}

TEST_CASE("RFC 8599 5.3: a service that is served is told in Feature-Caps", "[proxy][push]") {
    auto config = Bench::default_config();
    config.push_providers = {"acme"};
    Bench bench(config);
    Client &phone = bench.tcp_phone("1001", "10.77.0.21:40001");
    auto registered = [&](std::string_view provider, int n) {
        bench.send_with_password(phone, message(fmt::format(R"(REGISTER sip:iop.test SIP/2.0
            Via: SIP/2.0/TCP 10.77.0.21;branch=z9hG4bKr{}
            Max-Forwards: 70
            To: <sip:1001@iop.test>
            From: <sip:1001@iop.test>;tag=1
            Call-ID: c{}
            CSeq: 1 REGISTER
            Contact: <sip:1001@10.77.0.21;transport=tcp;pn-provider={};pn-prid=x>)",
                                                            n, n, provider)));
        return std::string(phone.next("200").header("Feature-Caps").value_or(""));
    };
    CHECK(registered("acme", 1) == "*;+sip.pns=\"acme\"");
    CHECK(registered("other", 2).empty());
}
