// Offers and answers in other places than INVITE and 200, and a breaker that fails.
#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using wire::sip::HeaderId;
using wire::sip::Message;

TEST_CASE("late offer: the phone offers in its 200, the ACK carries the answer", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring("");
    CHECK(t.bench.breaker_requests.empty());
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
    Message ok = t.alice.next("200");
    CHECK(ng(t.bench.breaker_requests.at(0), "command") == "offer");
    CHECK(ng(t.bench.breaker_requests.at(0), "from-tag") == "phone-tag");
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11, browser_sdp));
    CHECK(t.phone.next("ACK").body().find("RTP/AVP") != std::string_view::npos);
    CHECK(ng(t.bench.breaker_requests.at(1), "command") == "answer");
    CHECK(ng(t.bench.breaker_requests.at(1), "to-tag") == "from-alice");

    // The 200 came again, and with it the ACK: the breaker is not asked twice.
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11, browser_sdp));
    CHECK(t.phone.next("ACK").body().find("RTP/AVP") != std::string_view::npos);
    CHECK(t.bench.breaker_requests.size() == 2);

    SECTION("a re-INVITE without SDP does the same") {
        t.bench.send(t.alice, in_dialog(ok, t.alice, true, "INVITE", 12));
        t.bench.send(t.phone, respond(t.phone.next("INVITE"), 200, "", phone_sdp));
        CHECK(ng(t.bench.breaker_requests.at(2), "command") == "offer");
        CHECK(t.alice.next("200").body().find("SAVPF") != std::string_view::npos);
        t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 12, browser_sdp));
        CHECK(t.phone.next("ACK").body().find("RTP/AVP") != std::string_view::npos);
        CHECK(ng(t.bench.breaker_requests.at(3), "command") == "answer");
        CHECK(ng(t.bench.breaker_requests.at(3), "from-tag") == "phone-tag");
    }
}

TEST_CASE("an offer in a provisional response is answered by its PRACK; the next PRACK offers", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring("", "\nSupported: 100rel");
    t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", phone_sdp));
    Message early = t.alice.next("183");
    CHECK(ng(t.bench.breaker_requests.at(0), "command") == "offer");
    t.bench.send(t.alice, in_dialog(early, t.alice, true, "PRACK", 12, browser_sdp));
    CHECK(t.phone.next("PRACK").body().find("RTP/AVP") != std::string_view::npos);
    CHECK(ng(t.bench.breaker_requests.at(1), "command") == "answer");
    t.bench.send(t.alice, in_dialog(early, t.alice, true, "PRACK", 13, browser_sdp));
    CHECK(ng(t.bench.breaker_requests.at(2), "command") == "offer");
}

TEST_CASE("UPDATE offers, by either side, in a call and before its answer", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", phone_sdp));
    Message base = t.alice.next("183");
    SECTION("before") {}
    SECTION("in the call") {
        t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
        base = t.alice.next("200");
        t.bench.send(t.alice, in_dialog(base, t.alice, true, "ACK", 11));
    }
    t.bench.breaker_requests.clear();
    t.bench.send(t.alice, in_dialog(base, t.alice, true, "UPDATE", 12, browser_sdp));
    Message update = t.phone.next("UPDATE");
    CHECK(update.body().find("RTP/AVP") != std::string_view::npos);
    t.bench.send(t.phone, respond(update, 200, "", phone_sdp));
    CHECK(t.alice.next("200").body().find("SAVPF") != std::string_view::npos);
    t.bench.send(t.phone, in_dialog(base, t.phone, false, "UPDATE", 2, phone_sdp));
    update = t.alice.next("UPDATE");
    CHECK(update.body().find("SAVPF") != std::string_view::npos);
    t.bench.send(t.alice, respond(update, 200, "", browser_sdp, "sip:alice@gfdl.invalid;transport=ws"));
    CHECK(t.phone.next("200").body().find("RTP/AVP") != std::string_view::npos);
    std::string asked;
    for (const std::string &request : t.bench.breaker_requests)
        asked += ng(request, "command") + " from " + ng(request, "from-tag") + ", ";
    CHECK(asked ==
          "offer from from-alice, answer from from-alice, offer from phone-tag, answer from phone-tag, ");
}

TEST_CASE("a fork further down: media of each To tag are their own", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    for (const char *tag : {"one", "two"})
        t.bench.send(t.phone, respond(at_phone, 183, tag, phone_sdp));
    t.alice.next("183");
    const std::string second(t.alice.next("183").body());
    REQUIRE(t.bench.breaker_requests.size() == 3);
    CHECK(ng(t.bench.breaker_requests.at(1), "to-tag") == "one");
    CHECK(ng(t.bench.breaker_requests.at(2), "to-tag") == "two");
    t.bench.send(t.phone, respond(at_phone, 200, "two", phone_sdp));
    CHECK(t.alice.next("200").body() == second);
    CHECK(t.bench.breaker_requests.size() == 3); // what was answered once stays the same
}

TEST_CASE("without a breaker the caller is told why", "[proxy]") {
    TwoParties t;
    t.bench.breaker_up = false;
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
    Message refused = t.alice.next("503");
    CHECK(refused.header(HeaderId::warning)->find("media breaker") != std::string_view::npos);
    CHECK(t.phone.idle());
    t.bench.core().set_breaker(0, false);
    t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp, "\nX: 1"));
}

TEST_CASE("a 488 tells whose description it was, and which line", "[proxy]") {
    TwoParties t;
    auto told = [&] {
        auto events = t.bench.events("media-refused");
        REQUIRE(events.size() == 1);
        return events.front();
    };
    auto warning = [](const Message &refused) { return std::string(*refused.header(HeaderId::warning)); };

    SECTION("the breaker cannot use it") {
        t.bench.breaker_words = "d12:error-reason12:no \"use\" \\of6:result5:errore";
        t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
        const std::string words = warning(t.alice.next("488"));
        CHECK(words.starts_with(
            "399 10.77.0.1:8443 \"the caller's SDP, line 8 (m=audio 55548 UDP/TLS/RTP/SAVPF "));
        CHECK(words.ends_with("): no \\\"use\\\" \\\\of\""));
        CHECK(told().find("method=INVITE leg=caller line=8 sdp=m=audio 55548 ") != std::string::npos);
        CHECK(told().find("code=488 why=no \"use\" \\of") != std::string::npos);
        CHECK(t.phone.idle());
    }
    SECTION("nothing is left of it") {
        std::string empty(phone_sdp);
        empty.replace(empty.find("10686"), 5, "0");
        t.bench.breaker_words = "d6:result2:ok3:sdp" + std::to_string(empty.size()) + ":" + empty + "e";
        t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
        CHECK(warning(t.alice.next("488")).find("line 8 (m=audio") != std::string::npos);
    }
    SECTION("it cannot be read, and a key that stands there is not told") {
        std::string sdp(browser_sdp);
        sdp.insert(sdp.find("a=extmap-"), "secret\r\n");
        t.bench.breaker_words = "d12:error-reason19:Failed to parse SDP6:result5:errore";
        t.bench.send_with_password(t.alice, invite(t.alice, "1001", sdp));
        CHECK(warning(t.alice.next("488")).find("line 6 (se): Failed") != std::string::npos);
        CHECK(told().find("secret") == std::string::npos);
    }
    SECTION("in a re-INVITE of the one called") {
        Message ok = t.establish();
        t.bench.breaker_words = "d12:error-reason2:no6:result5:errore";
        t.bench.send(t.phone, in_dialog(ok, t.phone, false, "INVITE", 2, phone_sdp));
        CHECK(warning(t.phone.next("488"))
                  .find("the callee's SDP, line 6 (m=audio 10686 RTP/AVP 8 0 101): no") != std::string::npos);
        CHECK(t.bench.core().calls(t.bench.now()).size() == 1);
    }
    SECTION("the phone refuses it") {
        Message at_phone = t.ring();
        std::string no = respond(at_phone, 488, "phone-tag");
        no.insert(no.find("Content-Length"), "Warning: 305 10.77.0.21 \"codecs\"\r\n");
        t.bench.send(t.phone, no);
        CHECK(warning(t.alice.next("488")) == "305 10.77.0.21 \"codecs\"");
        CHECK(told().find("leg=caller line=") != std::string::npos);
        CHECK(told().find("sdp=m=audio 55548 RTP/AVP ") != std::string::npos);
        CHECK(told().find("why=the other side answers 488") != std::string::npos);
        CHECK(told().find("\"codecs\"") != std::string::npos);
    }
}

TEST_CASE("several breakers share the calls, and one that is silent is left for the next", "[proxy]") {
    auto config = Bench::default_config();
    config.breakers = 3;
    TwoParties t(config);
    auto hang_up = [&](const Message &ok) {
        t.bench.send(t.alice, in_dialog(ok, t.alice, true, "BYE", 12));
        t.bench.send(t.phone, respond(t.phone.next("BYE"), 200, ""));
        t.alice.next("200");
    };
    using Asked = std::vector<std::size_t>;

    SECTION("each call is at one, the next call at the next") {
        hang_up(t.establish());
        CHECK(t.bench.asked_breakers == Asked{0, 0, 0}); // offer, answer, delete
        t.bench.advance(60s);                            // for the same INVITE to be another
        hang_up(t.establish());
        CHECK(t.bench.asked_breakers == Asked{0, 0, 0, 1, 1, 1});
    }
    SECTION("one that was silent before gets no call") {
        t.bench.core().set_breaker(0, false);
        hang_up(t.establish());
        CHECK(t.bench.asked_breakers == Asked{1, 1, 1});
    }
    SECTION("one that falls silent as a call begins") {
        t.bench.silent_breakers = {0};
        hang_up(t.establish());
        CHECK(t.bench.asked_breakers == Asked{0, 0, 1, 1, 1}); // told that nothing comes of it
        CHECK(ng(t.bench.breaker_requests.at(1), "command") == "delete");
    }
    SECTION("all of them have no room") {
        t.bench.breaker_words = "d7:message4:full6:result10:load limite";
        t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
        CHECK(t.alice.next("503").header(HeaderId::warning)->find("has no room: full") !=
              std::string_view::npos);
        CHECK(t.bench.asked_breakers == Asked{0, 0, 1, 1, 2, 2});
    }
    SECTION("all of them are silent") {
        t.bench.silent_breakers = {0, 1, 2};
        t.bench.send_with_password(t.alice, invite(t.alice, "1001", browser_sdp));
        CHECK(t.alice.next("503").header(HeaderId::warning)->find("does not answer") !=
              std::string_view::npos);
        CHECK(t.phone.idle());
    }
}

TEST_CASE("the breaker fails on the answer: both sides are hung up after the ACK", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.breaker_up = false;
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
    Message ok = t.alice.next("200");
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11));
    CHECK(t.phone.next("BYE").is_request());
    CHECK(t.alice.next("BYE").is_request());
    CHECK(t.bench.core().calls(t.bench.now()).empty());
    const auto told = t.bench.events("media-refused");
    REQUIRE(told.size() == 1);
    CHECK(told[0].find(
              "leg=callee line=6 sdp=m=audio 10686 RTP/AVP 8 0 101 code=480 why=the media breaker does") !=
          std::string::npos);
}

TEST_CASE("the breaker fails on the answer in an ACK: it goes on, and both sides are hung up", "[proxy]") {
    TwoParties t;
    t.bench.send(t.phone, respond(t.ring(""), 200, "phone-tag", phone_sdp));
    Message ok = t.alice.next("200");
    t.bench.breaker_up = false;
    t.bench.send(t.alice, in_dialog(ok, t.alice, true, "ACK", 11, browser_sdp));
    CHECK(t.phone.next("ACK").is_request());
    CHECK(t.phone.next("BYE").is_request());
    CHECK(t.alice.next("BYE").is_request());
    CHECK(t.bench.events("media-refused").at(0).find("method=ACK leg=caller line=8 ") != std::string::npos);
}

TEST_CASE("early media that the breaker refuses is taken away; the answer may still cross", "[proxy]") {
    TwoParties t;
    Message at_phone = t.ring();
    t.bench.breaker_up = false;
    t.bench.send(t.phone, respond(at_phone, 183, "phone-tag", phone_sdp));
    Message early = t.alice.next("183");
    CHECK(early.body().empty());
    CHECK_FALSE(early.has(HeaderId::content_type));
    t.bench.breaker_up = true;
    t.bench.send(t.phone, respond(at_phone, 200, "phone-tag", phone_sdp));
    CHECK(t.alice.next("200").body().find("SAVPF") != std::string_view::npos);
}
