// Codecs and their numbers: what is offered, translated and left alone.
#include "calls.hpp"

using namespace cord;
using namespace cord::test;

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

TEST_CASE("codecs may change in the course of a call") {
    Bench bench;
    established(bench, phone_offer, to_browser, browser_answer);
    bench.rewritten(offer(audio({}, "m=audio 4000 RTP/AVP 0"), to_browser, from_caller));
    std::string reply = browser_answer;
    reply.replace(reply.find("SAVPF 8 0 101"), 13, "SAVPF 0");
    CHECK(m_line(bench.rewritten(answer(reply))) == "m=audio 30000 RTP/AVP 0");
    CHECK(rules(bench.plans.at(1), 0) == "0->0");
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

TEST_CASE("a browser and a phone without G.711 are translated for") {
    engine::ng::Config config = Bench::default_config();
    config.spoken = engine::ng::spoken({"pcmu", "pcma", "opus", "g729", "amr", "amr-wb", "g722"});
    Bench bench(config);
    const std::string opus_only =
        audio({"a=rtpmap:111 opus/48000/2", "a=ice-ufrag:x", "a=ice-pwd:y", "a=fingerprint:sha-256 AA",
               "a=setup:actpass", "a=rtcp-mux", "a=rtpmap:110 telephone-event/48000"},
              "m=audio 9 UDP/TLS/RTP/SAVPF 111 110");
    SECTION("that speaks G.729") {
        CHECK(m_line(bench.rewritten(offer(opus_only, to_phone))) ==
              "m=audio 30002 RTP/AVP 111 110 0 8 104 105 102 103 18 127 126");
        const std::string back = bench.rewritten(answer(audio({}, "m=audio 4000 RTP/AVP 18")));
        CHECK(m_line(back) == "m=audio 30000 UDP/TLS/RTP/SAVPF 111");
        CHECK(rules(bench.plans.at(1), 0) == "opus:111->18");
        CHECK(rules(bench.plans.at(1), 1) == "g729:18->111");
    }
    SECTION("that speaks AMR in one of its layouts, under a number of its own") {
        const std::string out = bench.rewritten(offer(opus_only, to_phone));
        CHECK(out.find("a=fmtp:103 octet-align=1\r\n") != std::string::npos);
        CHECK(out.find("a=fmtp:102") == std::string::npos);
        bench.rewritten(answer(audio({"a=rtpmap:96 AMR/8000", "a=fmtp:96 octet-align=1; mode-set=0,2,4,7"},
                                     "m=audio 4000 RTP/AVP 96")));
        CHECK(rules(bench.plans.at(1), 0) == "opus:111->96");
        CHECK(rules(bench.plans.at(1), 1) == "amr:103->111");
        const auto &rule = bench.plans.at(1).sides[0].streams.at(0)->incoming.front();
        CHECK(rule.to_codec.text() == "amr/8000;octet-align=1;mode-set=0,2,4,7");
    }
    SECTION("that speaks AMR-WB, with events on its clock") {
        bench.rewritten(offer(opus_only, to_phone));
        const std::string back =
            bench.rewritten(answer(audio({"a=rtpmap:104 AMR-WB/16000", "a=rtpmap:126 telephone-event/16000"},
                                         "m=audio 4000 RTP/AVP 104 126")));
        CHECK(m_line(back) == "m=audio 30000 UDP/TLS/RTP/SAVPF 111 110");
        CHECK(rules(bench.plans.at(1), 0) == "opus:111->104 110->126");
    }
    SECTION("whose offer has it alone") {
        for (const char *line : {"m=audio 4000 RTP/AVP 18", "m=audio 4000 RTP/AVP 96"}) {
            CAPTURE(line);
            const std::string out = bench.rewritten(offer(
                audio({"a=rtpmap:96 AMR/8000", "a=rtpmap:97 EVS/16000"}, line), to_browser, {line, ""}));
            CHECK(m_line(out).ends_with(" 111"));
        }
    }
    SECTION("that lays AMR out as the worker cannot") {
        const std::string out = bench.rewritten(offer(
            audio({"a=rtpmap:96 AMR/8000", "a=fmtp:96 octet-align=1; crc=1"}, "m=audio 4000 RTP/AVP 96"),
            to_browser));
        CHECK(m_line(out).ends_with(" 96"));
    }
}

TEST_CASE("what the worker does not speak is not offered") {
    Bench bench; // whose worker has G.711 and Opus alone
    const std::string out = bench.rewritten(
        offer(audio({"a=rtpmap:96 opus/48000/2"}, "m=audio 4000 RTP/AVP 96"),
              {{"codec", Dict{{"transcode", List{"G729", "PCMA"}}, {"mask", List{"opus"}}}}}));
    CHECK(m_line(out) == "m=audio 30002 RTP/AVP 8");
}
