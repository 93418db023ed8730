#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "bench.hpp"
#include "wire/sdp/attributes.hpp"

using namespace cord;
using namespace cord::test;
using namespace std::chrono_literals;
using engine::media::DtlsPlan;
using engine::media::PayloadRule;
using engine::media::PlainRtp;
using engine::media::SdesPlan;

namespace {

std::string recorded(const std::string &name) {
    std::ifstream in(std::string(std::getenv("CORD_TEST_DATA")) + "/clients/" + name, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str().substr(text.str().find("v=0"));
}

const std::string browser_audio = recorded("jssip/calls-phone/invite-audio-2-auth.txt");
const std::string browser_av = recorded("jssip/av-browser-to-browser/invite-av.txt");
const std::string browser_answer = recorded("jssip/called-by-phone/answer-200.txt");
const std::string phone_offer = recorded("baresip/calls-browser/invite-2-auth.txt");
const std::string phone_answer = recorded("baresip/called-by-jssip/answer-200.txt");

/// With LF line ends, and `*` for what is random.
std::string masked(const std::string &text) {
    std::string out;
    base::split(text, '\n', [&](std::string_view line) {
        line = base::trim(line);
        for (std::string_view secret : {"a=ice-ufrag:", "a=ice-pwd:"})
            if (line.starts_with(secret)) {
                out += std::string(secret) + "*\n";
                return;
            }
        if (!line.empty())
            out += std::string(line) + "\n";
    });
    return out;
}

std::string lines(const std::vector<std::string> &l) {
    std::string out;
    for (const std::string &line : l)
        out += line + "\r\n";
    return out;
}

/// A description of one audio section.
std::string audio(const std::vector<std::string> &media, const std::string &line = "m=audio 4000 RTP/AVP 8") {
    return "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" + line + "\r\n" +
           lines(media);
}

Dict offer(const std::string &sdp, Dict more = {}) {
    Dict out{{"command", "offer"}, {"call-id", "c"}, {"from-tag", "f"}, {"sdp", sdp}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}
Dict answer(const std::string &sdp, Dict more = {}) {
    Dict out{{"command", "answer"}, {"call-id", "c"}, {"from-tag", "f"}, {"to-tag", "t"}, {"sdp", sdp}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}
const Dict to_phone{{"transport-protocol", "RTP/AVP"},
                    {"ICE", "remove"},
                    {"rtcp-mux", List{"demux"}},
                    {"replace", List{"origin"}}};
const Dict to_browser{{"transport-protocol", "UDP/TLS/RTP/SAVPF"},
                      {"ICE", "force"},
                      {"SDES", List{"off"}},
                      {"replace", List{"origin"}}};

std::string value(const std::string &sdp, std::string_view attribute) {
    auto session = wire::sdp::parse(sdp);
    REQUIRE(session);
    return std::string(session->media.at(0).attributes.value(attribute));
}

std::string m_line(const std::string &sdp, std::size_t section = 0) {
    std::vector<std::string> found;
    base::split(sdp, '\n', [&](std::string_view line) {
        if (line.starts_with("m="))
            found.emplace_back(base::trim(line));
    });
    return found.at(section);
}

/// "8->8 126->101 opus:111->0" for what comes from a side.
std::string rules(const Plan &plan, std::size_t side, std::size_t section = 0) {
    std::string out;
    for (const PayloadRule &rule : plan.sides[side].streams.at(section)->incoming)
        out += (out.empty() ? "" : " ") + (rule.transcode ? rule.from_codec.name + ":" : "") +
               std::to_string(rule.from) + "->" + std::to_string(rule.to);
    return out;
}

} // namespace

TEST_CASE("a browser calls a phone") {
    Bench bench;
    CHECK(masked(bench.rewritten(offer(browser_audio, to_phone))) ==
          "v=0\n"
          "o=- 5559353194868621043 2 IN IP4 10.77.0.1\n"
          "s=-\n"
          "c=IN IP4 10.77.0.1\n"
          "t=0 0\n"
          "m=audio 30002 RTP/AVP 111 9 0 8 13 110 126\n"
          "a=rtpmap:111 opus/48000/2\n"
          "a=fmtp:111 minptime=10;useinbandfec=1\n"
          "a=rtpmap:9 G722/8000\n"
          "a=rtpmap:0 PCMU/8000\n"
          "a=rtpmap:8 PCMA/8000\n"
          "a=rtpmap:13 CN/8000\n"
          "a=rtpmap:110 telephone-event/48000\n"
          "a=rtpmap:126 telephone-event/8000\n"
          "a=sendrecv\n"
          "a=rtcp:30003\n");
    CHECK(bench.plans.empty());
    const std::string first = bench.rewritten(answer(phone_answer, {{"replace", List{"origin"}}}));
    CHECK(masked(first) ==
          "v=0\n"
          "o=- 3258432536 1378530764 IN IP4 10.77.0.1\n"
          "s=-\n"
          "c=IN IP4 10.77.0.1\n"
          "t=0 0\n"
          "a=ice-lite\n"
          "a=group:BUNDLE 0\n"
          "a=tool:baresip 1.0.0\n"
          "m=audio 30000 UDP/TLS/RTP/SAVPF 0 8 126\n"
          "a=mid:0\n"
          "a=rtpmap:0 PCMU/8000\n"
          "a=rtpmap:8 PCMA/8000\n"
          "a=rtpmap:126 telephone-event/8000\n"
          "a=fmtp:126 0-15\n"
          "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\n"
          "a=label:1\n"
          "a=minptime:20\n"
          "a=ptime:20\n"
          "a=sendrecv\n"
          "a=rtcp-mux\n"
          "a=setup:active\n"
          "a=fingerprint:sha-256 FA:88:9F:7F:88:77:BE:48:80:27:12:F9:EC:64:12:B6:11:ED:5D:B4:05:78:77:CE:"
          "65:00:05:1C:5E:8A:50:EC\n"
          "a=ice-ufrag:*\n"
          "a=ice-pwd:*\n"
          "a=candidate:1 1 UDP 2130706431 10.77.0.1 30000 typ host\n"
          "a=end-of-candidates\n");
    const Plan &plan = bench.plans.at(1);
    const auto &browser = plan.sides[0].transports.at(0), &phone = plan.sides[1].transports.at(0);
    CHECK_FALSE(browser.rtcp);
    REQUIRE(browser.ice);
    CHECK(browser.ice->remote_ufrag == "imZE");
    CHECK(browser.ice->local.ufrag == value(first, "ice-ufrag"));
    const auto &dtls = std::get<DtlsPlan>(browser.security);
    CHECK(dtls.role == engine::dtls::Role::client);
    CHECK(dtls.remote.at(0).value.substr(0, 8) == "B8:1B:95");
    CHECK(phone.remote_rtp->text() == "10.77.0.21:10758");
    CHECK_FALSE(phone.remote_rtcp); // it says nothing: the next port up
    CHECK(std::holds_alternative<PlainRtp>(phone.security));
    CHECK(rules(plan, 0) == "0->0 8->8 126->126");
    CHECK(rules(plan, 1) == "0->0 8->8 126->126");
    CHECK(plan.sides[0].streams[0]->mid_extension == 4);
    CHECK(bench.open.size() == 3); // one port to the browser, two to the phone

    // In the 200 as in the 183.
    CHECK(bench.rewritten(answer(phone_answer, {{"replace", List{"origin"}}})) == first);
    bench.command({{"command", "delete"}, {"call-id", "c"}});
    CHECK(bench.open.empty());
    CHECK(bench.plans.empty());
}

TEST_CASE("a phone calls a browser") {
    Bench bench;
    CHECK(masked(bench.rewritten(offer(phone_offer, to_browser))) ==
          "v=0\n"
          "o=- 1735533662 1057514934 IN IP4 10.77.0.1\n"
          "s=-\n"
          "c=IN IP4 10.77.0.1\n"
          "t=0 0\n"
          "a=ice-lite\n"
          "a=group:BUNDLE 0\n"
          "a=tool:baresip 1.0.0\n"
          "m=audio 30002 UDP/TLS/RTP/SAVPF 8 0 101 111 127\n"
          "a=mid:0\n"
          "a=rtpmap:8 PCMA/8000\n"
          "a=rtpmap:0 PCMU/8000\n"
          "a=rtpmap:101 telephone-event/8000\n"
          "a=fmtp:101 0-15\n"
          "a=rtpmap:111 opus/48000/2\n"
          "a=fmtp:111 minptime=10;useinbandfec=1\n"
          "a=rtpmap:127 telephone-event/48000\n"
          "a=fmtp:127 0-15\n"
          "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\n"
          "a=label:1\n"
          "a=minptime:20\n"
          "a=ptime:20\n"
          "a=sendrecv\n"
          "a=rtcp-mux\n"
          "a=rtcp-rsize\n"
          "a=setup:actpass\n"
          "a=fingerprint:sha-256 "
          "FA:88:9F:7F:88:77:BE:48:80:27:12:F9:EC:64:12:B6:11:ED:5D:B4:05:78:77:CE:65:00:05:1C:5E:"
          "8A:50:EC\n"
          "a=ice-ufrag:*\n"
          "a=ice-pwd:*\n"
          "a=candidate:1 1 UDP 2130706431 10.77.0.1 30002 typ host\n"
          "a=end-of-candidates\n");
    // The browser may begin before its answer is here.
    REQUIRE(bench.plans.count(1) == 1);
    CHECK(bench.plans.at(1).sides[1].transports.at(0).ice);

    CHECK(masked(bench.rewritten(answer(browser_answer, {{"replace", List{"origin"}}}))) ==
          "v=0\n"
          "o=- 6118343050583099388 2 IN IP4 10.77.0.1\n"
          "s=-\n"
          "c=IN IP4 10.77.0.1\n"
          "t=0 0\n"
          "m=audio 30000 RTP/AVP 8 0 101\n"
          "a=rtpmap:8 PCMA/8000\n"
          "a=rtpmap:0 PCMU/8000\n"
          "a=rtpmap:101 telephone-event/8000\n"
          "a=sendrecv\n"
          "a=rtcp:30001\n");
    const Plan &plan = bench.plans.at(1);
    CHECK(std::get<DtlsPlan>(plan.sides[1].transports.at(0).security).role == engine::dtls::Role::server);
    CHECK(rules(plan, 1) == "8->8 0->0 101->101");
}

TEST_CASE("sound and picture share one transport toward the browser, and none toward the phone") {
    Bench bench;
    const std::string out = bench.rewritten(offer(browser_av, to_phone));
    CHECK(m_line(out, 0) == "m=audio 30002 RTP/AVP 111 9 0 8 13 110 126");
    CHECK(m_line(out, 1) == "m=video 30004 RTP/AVP 96 102 104 108 114 116 39 45 98 100");
    const std::string back = bench.rewritten(answer(recorded("baresip/video-vp8/invite-video.txt")));
    CHECK(m_line(back, 0) == "m=audio 30000 UDP/TLS/RTP/SAVPF 8 0 126");
    CHECK(m_line(back, 1) == "m=video 30000 UDP/TLS/RTP/SAVPF 96");
    CHECK(back.find("a=group:BUNDLE 0 1") != std::string::npos);
    // A picture is asked for whether the phone says that it understands or not.
    CHECK(back.find("a=rtcp-fb:96 ccm fir\r\na=rtcp-fb:96 nack pli\r\n") != std::string::npos);
    CHECK(back.find("transport-cc") == std::string::npos);
    const Plan &plan = bench.plans.at(1);
    CHECK(plan.sides[0].transports.size() == 1);
    CHECK(plan.sides[1].transports.size() == 2);
    CHECK(plan.sides[0].streams[1]->feedback);
    CHECK_FALSE(plan.sides[1].streams[1]->feedback);
    CHECK(plan.sides[0].streams[1]->ssrcs == std::vector<std::uint32_t>{4155516229, 1892113451});
    // The phone answers 101 where 126 was offered: it wants that, and sends what was offered.
    CHECK(rules(plan, 0) == "8->8 0->0 126->101");
    CHECK(rules(plan, 1) == "8->8 0->0 126->126");
}

TEST_CASE("a number that means two things in one bundle is changed") {
    Bench bench;
    const std::string out =
        bench.rewritten(offer(recorded("linphone/video-vp8/invite-video.txt"), to_browser));
    CHECK(m_line(out, 0) == "m=audio 30004 UDP/TLS/RTP/SAVPF 8 0 18 96 111 127");
    CHECK(m_line(out, 1) == "m=video 30004 UDP/TLS/RTP/SAVPF 126");
    const std::string back = bench.rewritten(answer(
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\na=group:BUNDLE 0 1\r\na=ice-ufrag:x\r\na=ice-pwd:y\r\n"
        "a=fingerprint:sha-256 AA\r\na=setup:active\r\nm=audio 9 UDP/TLS/RTP/SAVPF "
        "8\r\na=mid:0\r\na=rtcp-mux\r\n"
        "m=video 9 UDP/TLS/RTP/SAVPF 126\r\na=mid:1\r\na=rtcp-mux\r\na=rtpmap:126 VP8/90000\r\n"));
    CHECK(m_line(back, 1).substr(8) == "30002 RTP/AVP 96"); // its own number
    CHECK(rules(bench.plans.at(1), 0, 1) == "96->126");
    CHECK(rules(bench.plans.at(1), 1, 1) == "126->96");
}

TEST_CASE("where no codec is shared, Opus is translated") {
    const std::string opus_only =
        audio({"a=rtpmap:111 opus/48000/2", "a=rtpmap:110 telephone-event/48000", "a=ice-ufrag:x",
               "a=ice-pwd:y", "a=fingerprint:sha-256 AA", "a=setup:actpass", "a=rtcp-mux", "a=mid:a",
               "a=rtcp-fb:111 transport-cc"},
              "m=audio 9 UDP/TLS/RTP/SAVPF 111 110");
    SECTION("from a browser that has nothing else") {
        Bench bench;
        const std::string out = bench.rewritten(offer(opus_only, to_phone));
        CHECK(m_line(out) == "m=audio 30002 RTP/AVP 111 110 0 8 127");
        CHECK(out.find("a=rtpmap:127 telephone-event/8000") != std::string::npos);
        const std::string back = bench.rewritten(
            answer(audio({"a=rtpmap:127 telephone-event/8000"}, "m=audio 4000 RTP/AVP 8 127")));
        CHECK(m_line(back) == "m=audio 30000 UDP/TLS/RTP/SAVPF 111 110");
        CHECK(value(back, "mid") == "a");
        CHECK(back.find("rtcp-fb") == std::string::npos); // nobody here acts on any
        CHECK(rules(bench.plans.at(1), 0) == "opus:111->8 110->127");
        CHECK(rules(bench.plans.at(1), 1) == "pcma:8->111 127->110");
    }
    SECTION("to a browser that takes nothing else") {
        Bench bench;
        bench.rewritten(offer(phone_offer, to_browser));
        std::string reply = opus_only;
        reply.replace(reply.find("actpass"), 7, "active");
        reply.replace(reply.find("111 110"), 7, "111 127");
        reply.replace(reply.find("a=rtpmap:110"), 12, "a=rtpmap:127");
        const std::string back = bench.rewritten(answer(reply));
        CHECK(m_line(back) == "m=audio 30000 RTP/AVP 8 101");
        CHECK(rules(bench.plans.at(1), 0) == "pcma:8->111 101->127");
        CHECK(rules(bench.plans.at(1), 1) == "opus:111->8 127->101");
    }
    SECTION("as a script asks") {
        Bench bench;
        const std::string out =
            bench.rewritten(offer(audio({"a=rtpmap:96 opus/48000/2"}, "m=audio 4000 RTP/AVP 96"),
                                  {{"codec", Dict{{"transcode", List{"PCMA"}}, {"mask", List{"opus"}}}}}));
        CHECK(m_line(out) == "m=audio 30002 RTP/AVP 8");
        CHECK(m_line(bench.rewritten(answer(audio({})))) == "m=audio 30000 RTP/AVP 96");
        CHECK(rules(bench.plans.at(1), 0) == "opus:96->8");
    }
}

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
        const std::string held = bench.rewritten({{"command", "offer"},
                                                  {"call-id", "c"},
                                                  {"from-tag", "t"},
                                                  {"to-tag", "f"},
                                                  {"transport-protocol", "RTP/AVP"},
                                                  {"ICE", "remove"},
                                                  {"sdp", browser_audio}});
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
    bench.rewritten(offer(audio({key}, "m=audio 4000 RTP/SAVP 8"), to_phone));
    bench.rewritten(answer(audio({})));
    CHECK(std::holds_alternative<SdesPlan>(bench.plans.at(1).sides[0].transports.at(0).security));
    bench.rewritten(offer(audio({key + "|1:4"}, "m=audio 4000 RTP/SAVP 8"),
                          {{"to-tag", "t"}, {"transport-protocol", "RTP/AVP"}}));
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

TEST_CASE("hold and resume, from either side") {
    Bench bench;
    bench.rewritten(offer(browser_audio, to_phone));
    const std::string before = bench.rewritten(answer(phone_answer));
    const std::size_t ports = bench.open.size();

    std::string out = bench.rewritten(offer(recorded("jssip/calls-phone/reinvite-hold.txt"), [] {
        Dict more = to_phone;
        more.push_back({"to-tag", "t"});
        return more;
    }()));
    CHECK(out.find("a=sendonly") != std::string::npos);
    std::string held = phone_answer;
    held.replace(held.find("a=sendrecv"), 10, "a=recvonly");
    const std::string back = bench.rewritten(answer(held));
    CHECK(back.find("a=recvonly") != std::string::npos);
    for (const char *same : {"ice-ufrag", "ice-pwd", "setup", "fingerprint", "candidate"})
        CHECK(value(back, same) == value(before, same));
    CHECK(bench.plans.at(1).sides[0].streams[0]->receives);
    CHECK_FALSE(bench.plans.at(1).sides[1].streams[0]->receives);

    // The phone holds in the old way.
    std::string old_way = phone_offer;
    old_way.replace(old_way.find("c=IN IP4 10.77.0.21"), 19, "c=IN IP4 0.0.0.0");
    Dict reoffer{
        {"command", "offer"}, {"call-id", "c"}, {"from-tag", "t"}, {"to-tag", "f"}, {"sdp", old_way}};
    reoffer.insert(reoffer.end(), to_browser.begin(), to_browser.end());
    out = bench.rewritten(reoffer);
    CHECK(out.find("a=sendonly") != std::string::npos);
    CHECK(value(out, "setup") == "actpass");
    CHECK(value(out, "ice-ufrag") == value(before, "ice-ufrag"));
    CHECK(out.find("a=rtpmap:126 telephone-event/8000") != std::string::npos); // the browser's number for it
    CHECK(bench.open.size() == ports);
}

TEST_CASE("an ICE restart gets new credentials, and the DTLS association stays") {
    Bench bench;
    bench.rewritten(offer(browser_audio, to_phone));
    const std::string before = bench.rewritten(answer(phone_answer));
    std::string restarted = browser_audio;
    restarted.replace(restarted.find("imZE"), 4, "newU");
    Dict more = to_phone;
    more.push_back({"to-tag", "t"});
    bench.rewritten(offer(restarted, more));
    CHECK(bench.plans.at(1).sides[0].transports[0].ice->remote_ufrag == "imZE"); // until it is answered
    const std::string after = bench.rewritten(answer(phone_answer));
    CHECK(value(after, "ice-ufrag") != value(before, "ice-ufrag"));
    CHECK(value(after, "setup") == value(before, "setup"));
    CHECK(bench.rewritten(answer(phone_answer)) == after);
    const auto &transport = bench.plans.at(1).sides[0].transports[0];
    CHECK(transport.ice->remote_ufrag == "newU");
    CHECK(std::get<DtlsPlan>(transport.security).association == 0);

    restarted.replace(restarted.find("B8:1B"), 5, "B8:1C");
    bench.rewritten(offer(restarted, more));
    bench.rewritten(answer(phone_answer));
    CHECK(std::get<DtlsPlan>(bench.plans.at(1).sides[0].transports[0].security).association == 1);
}

TEST_CASE("codecs may change in the course of a call") {
    Bench bench;
    bench.rewritten(offer(phone_offer, to_browser));
    bench.rewritten(answer(browser_answer));
    Dict more = to_browser;
    more.push_back({"to-tag", "t"});
    bench.rewritten(offer(audio({}, "m=audio 4000 RTP/AVP 0"), more));
    std::string reply = browser_answer;
    reply.replace(reply.find("SAVPF 8 0 101"), 13, "SAVPF 0");
    CHECK(m_line(bench.rewritten(answer(reply))) == "m=audio 30000 RTP/AVP 0");
    CHECK(rules(bench.plans.at(1), 0) == "0->0");
}

TEST_CASE("forked branches have media of their own, and go one by one") {
    Bench bench;
    for (const char *branch : {"b1", "b2"}) {
        Dict more = to_phone;
        more.push_back({"via-branch", branch});
        bench.rewritten(offer(browser_audio, more));
    }
    CHECK(bench.open.size() == 6);
    bench.rewritten({{"command", "answer"},
                     {"call-id", "c"},
                     {"from-tag", "f"},
                     {"to-tag", "t2"},
                     {"via-branch", "b2"},
                     {"sdp", phone_answer}});
    CHECK(bench.plans.count(1) == 0);
    CHECK(bench.plans.count(2) == 1);
    bench.command({{"command", "delete"}, {"call-id", "c"}, {"from-tag", "f"}, {"via-branch", "b1"}});
    CHECK(bench.open.size() == 3);
    // Within the dialog both tags tell, whatever the branch.
    bench.rewritten({{"command", "offer"},
                     {"call-id", "c"},
                     {"from-tag", "t2"},
                     {"to-tag", "f"},
                     {"via-branch", "b9"},
                     {"sdp", phone_offer}});
    CHECK(bench.open.size() == 3);
    bench.command({{"command", "delete"}, {"call-id", "c"}, {"from-tag", "t2"}});
    CHECK(bench.open.empty());
}

TEST_CASE("the next target of a serial fork begins anew behind the same caller") {
    Bench bench;
    bench.rewritten(offer(browser_audio, to_phone));
    const std::string first = bench.rewritten(answer(phone_answer));
    Dict more = to_browser;
    bench.rewritten(offer(browser_audio, more));
    const std::string second = bench.rewritten({{"command", "answer"},
                                                {"call-id", "c"},
                                                {"from-tag", "f"},
                                                {"to-tag", "t9"},
                                                {"sdp", browser_answer}});
    CHECK(value(second, "ice-ufrag") == value(first, "ice-ufrag"));
    CHECK(bench.open.size() == 2);
    CHECK(bench.plans.at(1).sides[1].transports[0].ice);
}

TEST_CASE("a late offer comes from the callee") {
    Bench bench;
    Dict more = to_browser;
    more.push_back({"to-tag", "caller"});
    bench.rewritten(offer(phone_offer, more));
    bench.rewritten({{"command", "answer"},
                     {"call-id", "c"},
                     {"from-tag", "f"},
                     {"to-tag", "caller"},
                     {"sdp", browser_answer}});
    CHECK(bench.core.sessions().at(0).tags == std::array<std::string, 2>{"f", "caller"});
    CHECK(bench.core.sessions().at(0).answered);
}

TEST_CASE("sections that we cannot relay keep their place with port zero") {
    Bench bench;
    std::string with_data = browser_audio;
    with_data += "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\na=sctp-port:5000\r\n";
    const std::string out = bench.rewritten(offer(with_data, to_phone));
    CHECK(m_line(out, 1) == "m=application 0 UDP/DTLS/SCTP webrtc-datachannel");
    const std::string back = bench.rewritten(answer(phone_answer));
    CHECK(m_line(back, 1) == "m=application 0 UDP/DTLS/SCTP webrtc-datachannel");
    CHECK(back.find("a=group:BUNDLE 0\r\n") != std::string::npos);
    // A section that the phone refuses, or answers with a codec that was never offered.
    for (const char *line : {"m=audio 0 RTP/AVP 8", "m=audio 4000 RTP/AVP 3"})
        CHECK(
            m_line(bench.rewritten(answer(audio({}, line)))).starts_with("m=audio 0 UDP/TLS/RTP/SAVPF 111"));
}

TEST_CASE("a bundle stays on its transport when its first section is given up") {
    Bench bench;
    const std::string first = bench.rewritten(offer(browser_av, to_phone));
    const std::string phone_av = recorded("baresip/video-vp8/invite-video.txt");
    const std::string before = bench.rewritten(answer(phone_av));
    std::string video_only = browser_av;
    video_only.replace(video_only.find("m=audio 58345"), 13, "m=audio 0");
    Dict more = to_phone;
    more.push_back({"to-tag", "t"});
    const std::string out = bench.rewritten(offer(video_only, more));
    CHECK(m_line(out, 0).starts_with("m=audio 0 "));
    CHECK(m_line(out, 1).starts_with("m=video 30004 "));
    std::string reply = phone_av;
    reply.replace(reply.find("m=audio 10224"), 13, "m=audio 0");
    const std::string back = bench.rewritten(answer(reply));
    CHECK(m_line(back, 1) == "m=video 30000 UDP/TLS/RTP/SAVPF 96");
    CHECK(back.find("a=group:BUNDLE 1\r\n") != std::string::npos);
    CHECK(back.find("a=ice-ufrag:" + value(before, "ice-ufrag")) != std::string::npos);
}

TEST_CASE("what a browser accepts beside a shared codec brings no transcoder in") {
    Bench bench;
    bench.rewritten(offer(phone_offer, to_browser));
    std::string reply = browser_answer;
    reply.replace(reply.find("SAVPF 8 0 101"), 13, "SAVPF 8 0 101 111");
    reply += "a=rtpmap:111 opus/48000/2\r\n";
    CHECK(m_line(bench.rewritten(answer(reply))) == "m=audio 30000 RTP/AVP 8 0 101");
    CHECK(rules(bench.plans.at(1), 1) == "8->8 0->0 101->101");
}

TEST_CASE("plain relay passes multiplexed RTCP on, or takes it apart") {
    const std::string mux = audio({"a=rtcp-mux"});
    Bench bench;
    const std::string out = bench.rewritten(offer(mux));
    CHECK(value(out, "rtcp") == "30003");
    CHECK(out.find("a=rtcp-mux") != std::string::npos);
    const std::string back = bench.rewritten(answer(audio({"a=rtcp:5555"})));
    CHECK(back.find("a=rtcp-mux") != std::string::npos);
    const auto &phone = bench.plans.at(1).sides[1].transports[0];
    CHECK(phone.rtcp);
    CHECK(phone.remote_rtcp->port == 5555);
    CHECK_FALSE(bench.plans.at(1).sides[0].transports[0].rtcp);
    bench.rewritten(answer(mux));
    CHECK_FALSE(bench.plans.at(1).sides[1].transports[0].rtcp);
}

TEST_CASE("addresses: of interfaces by name, advertised, as asked, as seen") {
    auto config = Bench::default_config();
    config.interfaces.push_back(
        {"out", *base::IpAddress::parse("10.0.0.2"), *base::IpAddress::parse("203.0.113.2"), {}});
    Bench bench(config);
    std::string out = bench.rewritten(offer(phone_offer, {{"direction", List{"default", "out"}}}));
    CHECK(out.find("c=IN IP4 203.0.113.2") != std::string::npos);
    CHECK(out.find("o=- 1735533662 1057514934 IN IP4 10.77.0.21") != std::string::npos);
    out = bench.rewritten(answer(phone_answer, {{"media-address", "198.51.100.9"}}));
    CHECK(out.find("c=IN IP4 198.51.100.9") != std::string::npos);
    bench.rewritten(answer(
        phone_answer, {{"flags", List{"SIP-source-address"}}, {"received-from", List{"IP4", "192.0.2.99"}}}));
    CHECK(bench.plans.at(1).sides[1].transports[0].remote_rtp->text() == "192.0.2.99:10758");
}

TEST_CASE("without ports an offer fails, and leaves nothing behind") {
    Bench bench;
    bench.ports_left = 1;
    Dict reply = bench.command(offer(phone_offer));
    CHECK(wire::bencode::text_of(reply, "error-reason") == "Ran out of ports");
    CHECK(bench.core.sessions().empty());
    bench.ports_left = 2;
    bench.rewritten(offer(phone_offer));
}

TEST_CASE("an offer that nobody answers gives its ports back, later than a telephone rings") {
    const Dict towards = GENERATE(to_phone, to_browser);
    Bench bench;
    bench.rewritten(offer(phone_offer, towards));
    const base::Now first = bench.now;
    bench.now.mono += 1min;
    bench.rewritten(offer(phone_offer, towards)); // the same branch again
    bench.core.on_silence(1, bench.now);
    bench.act();
    CHECK(bench.core.sessions().size() == 1);
    bench.now.mono = first.mono + base::limits::ng_unanswered;
    bench.core.on_timer(bench.now);
    bench.act();
    CHECK(bench.core.sessions().size() == 1);
    bench.now.mono = bench.core.next_deadline();
    CHECK(bench.now.mono == first.mono + 1min + base::limits::ng_unanswered);
    bench.core.on_timer(bench.now);
    bench.act();
    CHECK(bench.core.sessions().empty());
    CHECK(bench.open.empty());
    CHECK(bench.core.next_deadline() == base::never);
}

TEST_CASE("a query tells what was lost, and where the peer is") {
    Bench bench;
    bench.rewritten(offer(phone_offer, to_phone));
    bench.rewritten(answer(phone_answer));
    engine::media::StreamStatistics stream;
    stream.received.packets = 7;
    stream.lost = 3;
    stream.jitter = 12ms;
    stream.ssrcs = {5, 6};
    stream.media_source = 6;
    stream.remote = base::Endpoint::parse("192.0.2.77:4321");
    bench.numbers[1].sides[0].streams = {stream};
    const std::string told = wire::bencode::write(bench.command({{"command", "query"}, {"call-id", "c"}}));
    CHECK(told.find("1:6d7:packetsi7e5:bytesi0e15:cumulative lossi3e6:jitteri12ee") != std::string::npos);
    CHECK(told.find("1:5d7:packetsi7e5:bytesi0ee") != std::string::npos);
    CHECK(told.find("7:address10:192.0.2.774:porti4321e") != std::string::npos);
}

TEST_CASE("a section with DTLS is offered one port") {
    Bench bench;
    const std::string out = bench.rewritten(offer(
        phone_offer, {{"transport-protocol", "UDP/TLS/RTP/SAVP"}, {"ICE", "remove"}, {"SDES", List{"off"}}}));
    CHECK(out.find("a=rtcp-mux") != std::string::npos);
    CHECK(out.find("a=fingerprint") != std::string::npos);
}

TEST_CASE("an answered call has no deadline") {
    Bench bench;
    bench.rewritten(offer(phone_offer, to_phone));
    bench.rewritten(answer(phone_answer));
    CHECK(bench.core.next_deadline() == base::never);
}

TEST_CASE("a call on hold may be silent, another may not") {
    Bench bench;
    bench.rewritten(offer(phone_offer));
    bench.rewritten(answer(phone_answer));
    std::string held = phone_offer;
    held.replace(held.find("a=sendrecv"), 10, "a=inactive");
    bench.rewritten(
        {{"command", "offer"}, {"call-id", "c"}, {"from-tag", "f"}, {"to-tag", "t"}, {"sdp", held}});
    bench.core.on_silence(1, bench.now);
    bench.act();
    CHECK(bench.core.sessions().size() == 1);
    bench.rewritten(
        {{"command", "offer"}, {"call-id", "c"}, {"from-tag", "f"}, {"to-tag", "t"}, {"sdp", phone_offer}});
    bench.core.on_silence(1, bench.now);
    bench.act();
    CHECK(bench.core.sessions().empty());
    CHECK(bench.open.empty());
}
