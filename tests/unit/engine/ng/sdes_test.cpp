// Keys in the descriptions: SDES (RFC 4568), offered, chosen and refused.
#include "base/text.hpp"
#include "calls.hpp"
#include "wire/sdp/attributes.hpp"

using namespace cord;
using namespace cord::test;
using engine::media::SdesPlan;

TEST_CASE("a phone that offers SDES gets its own profile back") {
    const std::string key = "inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd";
    for (const char *profile : {"RTP/SAVP", "RTP/AVP"}) {
        INFO(profile);
        Bench bench;
        const std::string out = bench.rewritten(offer(
            audio({"a=crypto:1 UNKNOWN_SUITE " + key, "a=crypto:2 AES_CM_128_HMAC_SHA1_80 " + key + "|2^31"},
                  std::string("m=audio 4000 ") + profile + " 8"),
            to_browser));
        CHECK(out.find("crypto") == std::string::npos);
        const std::string back = bench.rewritten(answer(browser_answer));
        CHECK(m_line(back) == std::string("m=audio 30000 ") + profile + " 8");
        auto crypto = wire::sdp::read_crypto(value(back, "crypto"));
        REQUIRE(crypto);
        CHECK(crypto->tag == 2);
        CHECK(crypto->suite == "AES_CM_128_HMAC_SHA1_80");
        const auto &keys = std::get<SdesPlan>(bench.plans.at(1).sides[0].transports.at(0).security);
        CHECK(base::as_text(keys.outbound.both()) == crypto->key);
        CHECK(keys.inbound.both()[29] == 29);
        // And keeps it when the browser, by a script for plain phones, makes the next offer.
        const std::string held = bench.rewritten(
            offer(browser_audio, {{"transport-protocol", "RTP/AVP"}, {"ICE", "remove"}}, from_callee));
        CHECK(m_line(held).starts_with(std::string("m=audio 30000 ") + profile + " "));
        CHECK(held.find(base::to_base64(base::as_bytes(crypto->key))) != std::string::npos);
    }
}

TEST_CASE("a secure offer without a key that we can use is refused, never answered in the clear") {
    const std::string key = "AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd";
    const std::string crypto = GENERATE_COPY(
        as<std::string>{}, "a=crypto:1 UNKNOWN_SUITE inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd",
        "a=crypto:1 " + key + "|2^31|1:4", "a=crypto:1 " + key + " UNENCRYPTED_SRTP", "a=x");
    INFO(crypto);
    Bench bench;
    const std::string out = bench.rewritten(offer(audio({crypto}, "m=audio 4000 RTP/SAVP 8"), to_phone));
    CHECK(m_line(out) == "m=audio 0 RTP/AVP 8");
    const std::string back = bench.rewritten(answer(audio({})));
    CHECK(m_line(back) == "m=audio 0 RTP/SAVP 8");
    CHECK_FALSE(bench.plans.at(1).sides[0].streams.at(0));
}

TEST_CASE("a secure peer that changes to a key that we cannot use is not sent plain RTP") {
    const std::string key =
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd";
    Bench bench;
    established(bench, audio({key}, "m=audio 4000 RTP/SAVP 8"), to_phone, audio({}));
    CHECK(std::holds_alternative<SdesPlan>(bench.plans.at(1).sides[0].transports.at(0).security));
    bench.rewritten(offer(audio({key + "|1:4"}, "m=audio 4000 RTP/SAVP 8"),
                          {{"transport-protocol", "RTP/AVP"}}, from_caller));
    const std::string back = bench.rewritten(answer(audio({})));
    CHECK(m_line(back) == "m=audio 0 RTP/SAVP 8");
    CHECK(bench.plans.at(1).sides[0].transports.empty());
}

TEST_CASE("SDES is offered to a phone that is to have it") {
    Bench bench;
    const std::string out = bench.rewritten(offer(browser_audio, {{"transport-protocol", "RTP/SAVP"},
                                                                  {"ICE", "remove"},
                                                                  {"DTLS", "off"},
                                                                  {"SDES", List{"no-AEAD_AES_256_GCM"}}}));
    auto first = wire::sdp::read_crypto(value(out, "crypto"));
    REQUIRE(first);
    CHECK(first->suite == "AEAD_AES_128_GCM");
    CHECK(out.find("fingerprint") == std::string::npos);
    const std::string theirs(14 + 16, 'k');
    SECTION("and it chooses one") {
        const std::string line =
            "a=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:" + base::to_base64(base::as_bytes(theirs));
        bench.rewritten(answer(audio({line}, "m=audio 4000 RTP/SAVP 8")));
        const auto &keys = std::get<SdesPlan>(bench.plans.at(1).sides[1].transports.at(0).security);
        CHECK(base::as_text(keys.inbound.both()) == theirs);
        CHECK(keys.outbound.suite() == engine::srtp::Suite::aes_cm_128_hmac_sha1_80);
    }
    SECTION("or one that was not offered, or none: the section is refused") {
        for (const std::string &line :
             {"a=crypto:9 AES_CM_128_HMAC_SHA1_80 inline:" + base::to_base64(base::as_bytes(theirs)),
              std::string("a=x")}) {
            const std::string back = bench.rewritten(answer(audio({line}, "m=audio 4000 RTP/SAVP 8")));
            CHECK(m_line(back).starts_with("m=audio 0 UDP/TLS/RTP/SAVPF"));
        }
    }
}

TEST_CASE("the key that is used is that of the line which was accepted, whatever others bear its tag") {
    const std::string accepted(14 + 16, 'a');
    const std::string more = GENERATE(as<std::string>{}, "|2^20|1:4", " UNENCRYPTED_SRTP");
    INFO(more);
    auto line = [](const std::string &key, const std::string &end) {
        return "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + base::to_base64(base::as_bytes(key)) + end;
    };
    Bench bench;
    established(bench,
                audio({line(std::string(14 + 16, 'r'), more), line(accepted, "")}, "m=audio 4000 RTP/SAVP 8"),
                to_phone, audio({}));
    const auto &keys = std::get<SdesPlan>(bench.plans.at(1).sides[0].transports.at(0).security);
    CHECK(base::as_text(keys.inbound.both()) == accepted);
}
