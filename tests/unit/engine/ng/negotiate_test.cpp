// First offers and answers: what each side is told, and what the relay is to do.
#include "base/text.hpp"
#include "calls.hpp"

using namespace cord;
using namespace cord::test;
using engine::media::DtlsPlan;
using engine::media::PlainRtp;

namespace {

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

TEST_CASE("a section with DTLS is offered one port") {
    Bench bench;
    const std::string out = bench.rewritten(offer(
        phone_offer, {{"transport-protocol", "UDP/TLS/RTP/SAVP"}, {"ICE", "remove"}, {"SDES", List{"off"}}}));
    CHECK(out.find("a=rtcp-mux") != std::string::npos);
    CHECK(out.find("a=fingerprint") != std::string::npos);
}
