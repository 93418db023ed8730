// What operators get to see of calls, and what they can do to them.
#include <fmt/format.h>

#include "calls.hpp"
#include "support/catch.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

engine::proxy::Config with(bool accounting, bool explain) {
    auto config = Bench::default_config();
    config.accounting = accounting;
    config.explain = explain;
    return config;
}

/// The newest event `refused`, its fields of text.
std::string last_refusal(const Bench &bench) {
    auto all = bench.events("refused");
    return all.empty() ? "" : all.back();
}

} // namespace

TEST_CASE("a call is shown with both of its sides", "[proxy]") {
    TwoParties t;
    t.establish();
    t.bench.advance(5s);
    const auto calls = t.bench.core().calls(t.bench.now());
    REQUIRE(calls.size() == 1);
    const auto &call = calls[0];
    CHECK(call.id == fmt::format("{:x}", call.number));
    CHECK(call.age == 5);
    CHECK(call.caller.tag == "from-alice");
    CHECK(call.caller.flow == t.alice.flow);
    CHECK(call.callee.tag == "phone-tag");
    CHECK(call.callee.contact == "sip:callee@10.77.0.21:5060");
    CHECK(call.callee.flow.remote.text() == "10.77.0.21:5060");
}

TEST_CASE("an operator ends a call: both sides get a BYE", "[proxy]") {
    TwoParties t(with(true, false));
    t.establish();
    CHECK_FALSE(t.bench.hang_up(12345));
    CHECK(t.bench.hang_up(t.bench.core().calls(t.bench.now())[0].number));
    CHECK(t.alice.next("BYE").header(HeaderId::reason)->find("operator") != std::string_view::npos);
    CHECK(t.phone.next("BYE").is_request());
    CHECK(t.bench.core().calls(t.bench.now()).empty());
    CHECK(t.bench.accounts.back().find("acc BYE from-alice phone-tag ") == 0);
    CHECK(t.bench.accounts.back().find(" 200 Ended by the operator") != std::string::npos);
}

TEST_CASE("an operator ends a call that rings: it is cancelled", "[proxy]") {
    TwoParties t;
    Message invited = t.ring();
    t.bench.send(t.phone, respond(invited, 180, "phone-tag"));
    CHECK(t.bench.hang_up(t.bench.core().calls(t.bench.now())[0].number));
    CHECK(t.phone.next("CANCEL").is_request());
}

TEST_CASE("an operator adds a contact: it is called, and stored", "[proxy]") {
    TwoParties t;
    engine::locate::Binding binding;
    binding.ruid = "r";
    binding.user = "door";
    binding.domain = "iop.test";
    binding.contact = "sip:door@10.77.0.21:5060";
    binding.expires = t.bench.now().unix + 1h;
    binding.flow = t.phone.flow;
    t.bench.core().add(binding, t.bench.now());
    t.bench.advance(0s);
    t.bench.send_with_password(t.alice, invite(t.alice, "door", browser_sdp));
    CHECK(t.phone.next("INVITE").request_uri() == "sip:door@10.77.0.21:5060");
    CHECK(t.bench.level("users_registered") == 3);
}

TEST_CASE("messages are counted by what was done with them", "[proxy]") {
    TwoParties t;
    const auto forwarded = t.bench.level("requests_forwarded"), replies = t.bench.level("replies");
    t.establish();
    CHECK(t.bench.level("requests_forwarded") == forwarded + 1);
    CHECK(t.bench.level("replies") == replies + 1);
    CHECK(t.bench.level("responses") == 1);
    CHECK(t.bench.level("responses_forwarded") == 1);
    t.bench.advance(601s);
    CHECK(t.bench.level("bindings_expired") == 2);
}

TEST_CASE("accounting: an answered call is an INVITE and a BYE in acc", "[proxy]") {
    TwoParties t(with(true, false));
    Message ok = t.establish();
    t.bench.send(t.phone, in_dialog(ok, t.phone, false, "BYE", 1));
    t.bench.send(t.alice, respond(t.alice.next("BYE"), 200, "from-alice"));
    REQUIRE(t.bench.accounts.size() == 2);
    const std::string id(ok.call_id());
    CHECK(t.bench.accounts[0] == "acc INVITE from-alice phone-tag " + id + " 200 OK");
    CHECK(t.bench.accounts[1] == "acc BYE phone-tag from-alice " + id + " 200 OK");
}

TEST_CASE("accounting: a call that a user of ours did not take is missed", "[proxy]") {
    TwoParties t(with(true, false));
    Message invited = t.ring();
    t.bench.send(t.phone, respond(invited, 486, "busy-tag"));
    CHECK(t.alice.next("486").is_response());
    REQUIRE(t.bench.accounts.size() == 1);
    CHECK(t.bench.accounts[0].find("missed INVITE from-alice busy-tag ") == 0);
    CHECK(t.bench.accounts[0].find(" 486 ") != std::string::npos);
    t.bench.passwords["1003"] = "secret";
    t.bench.send_with_password(t.alice, invite(t.alice, "1003", browser_sdp));
    CHECK(t.alice.next("480").is_response());
    CHECK(t.bench.accounts.back().find(" 480 Temporarily Unavailable") != std::string::npos);
    CHECK(t.bench.accounts.size() == 2);
    // Nobody of ours has missed these.
    t.bench.send_with_password(t.alice, invite(t.alice, "nobody", browser_sdp));
    CHECK(t.alice.next("404").is_response());
    t.bench.core().drain();
    t.bench.send_with_password(t.alice, invite(t.alice, "1004", browser_sdp));
    CHECK(t.alice.next("503").is_response());
    CHECK(t.bench.accounts.size() == 2);
}

TEST_CASE("accounting is made only where it is wanted", "[proxy]") {
    TwoParties t;
    Message invited = t.ring();
    t.bench.send(t.phone, respond(invited, 486, "busy-tag"));
    CHECK(t.bench.accounts.empty());
    CHECK(t.bench.events("refused").empty());
}

TEST_CASE("refusals say which rule decided, and why", "[proxy]") {
    TwoParties t(with(false, true));
    auto refused = [&](const std::string &request, std::string_view rule, std::string_view why) {
        t.bench.send(t.phone, request);
        INFO(last_refusal(t.bench));
        CHECK(last_refusal(t.bench).find(fmt::format("rule={} why={}", rule, why)) != std::string::npos);
    };
    const std::string text = invite(t.phone, "alice", phone_sdp);
    int n = 0;
    auto with_change = [&](std::string_view from, std::string_view to) {
        std::string changed = text;
        for (std::size_t at = 0; (at = changed.find(from, at)) != std::string::npos; at += to.size())
            changed.replace(at, from.size(), to);
        changed.insert(changed.find("branch=z9hG4bK") + 14, std::to_string(++n));
        return changed;
    };
    refused(with_change("<sip:1001@iop.test>", "<sip:eve@else.where>"), "relay",
            "Relaying Is For Users Of This Proxy");
    CHECK(last_refusal(t.bench).find("method=INVITE uri=sip:alice@iop.test from=eve@else.where") == 0);
    CHECK(last_refusal(t.bench).find("src=10.77.0.21:5060") != std::string::npos);
    refused(with_change("Max-Forwards: 70", "Max-Forwards: 0"), "validate", "its Max-Forwards is used up");
    refused(with_change("INVITE sip:alice@iop.test SIP/2.0", "INVITE tel:+1 SIP/2.0"), "validate",
            "the Request-URI");
    refused(with_change("CSeq: 1 INVITE", "CSeq: 1 BYE"), "grammar", "");
}

TEST_CASE("a first challenge is no refusal, a wrong password is", "[proxy]") {
    TwoParties t(with(false, true));
    t.bench.send(t.alice, invite(t.alice, "1001", browser_sdp));
    CHECK(t.alice.next("407").is_response());
    CHECK(t.bench.events("refused").empty());
    t.bench.send_with_password(t.alice, invite(t.alice, "1002", browser_sdp), "wrong");
    CHECK(last_refusal(t.bench).find("rule=authenticate why=the password is wrong") != std::string::npos);
}

TEST_CASE("a call that nobody answers, and one that is not there", "[proxy]") {
    TwoParties t(with(false, true));
    t.bench.passwords["1003"] = "secret";
    t.bench.send_with_password(t.alice, invite(t.alice, "1003", browser_sdp));
    CHECK(t.alice.next("480").is_response());
    CHECK(last_refusal(t.bench).find("rule=locate why=the user has no contact that can be reached") !=
          std::string::npos);
    t.ring();
    t.bench.advance(40s);
    CHECK(last_refusal(t.bench).find("rule=forward why=nobody answered in time") != std::string::npos);
    // What the callee says is not ours to explain.
    const auto before = t.bench.events("refused").size();
    t.bench.send_with_password(t.phone, invite(t.phone, "alice", phone_sdp));
    t.bench.send(t.alice, respond(t.alice.next("INVITE"), 486, "busy-tag"));
    CHECK(t.bench.events("refused").size() == before);
}
