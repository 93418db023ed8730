#include "wire/sdp/kind.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support/catch.hpp"

using namespace cord::wire::sdp;

namespace {

Session recorded(const std::string &name) {
    std::ifstream in(std::string(std::getenv("CORD_TEST_DATA")) + "/clients/" + name, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    auto session = parse(text.str().substr(text.str().find("v=0")));
    REQUIRE(session);
    return *session;
}

Session with(const std::string &media) {
    auto session = parse("v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\n" + media);
    REQUIRE(session);
    return *session;
}

} // namespace

TEST_CASE("kinds of endpoints") {
    CHECK(kind(recorded("jssip/calls-phone/invite-audio-2-auth.txt")) == Kind::webrtc);
    CHECK(kind(recorded("sipml5/av-browser-to-browser/invite-av.txt")) == Kind::webrtc);
    CHECK(kind(recorded("baresip/calls-browser/invite-2-auth.txt")) == Kind::plain);
    CHECK(kind(recorded("linphone/video-vp8/invite-video.txt")) == Kind::plain);
    CHECK(kind(with("m=audio 9 RTP/SAVP 0\r\n")) == Kind::sdes);
    CHECK(kind(with("m=audio 9 RTP/AVP 0\r\na=crypto:1 S inline:YWJj\r\n")) == Kind::sdes);
    CHECK(kind(with("a=fingerprint:sha-256 AA\r\na=ice-ufrag:x\r\nm=audio 9 RTP/SAVPF 0\r\n")) ==
          Kind::webrtc);
    CHECK(kind(with("m=audio 0 RTP/AVP 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n")) == Kind::webrtc);
    CHECK(kind(with("")) == Kind::plain);
}

TEST_CASE("profiles") {
    CHECK(is_dtls_profile("UDP/TLS/RTP/SAVPF"));
    CHECK_FALSE(is_dtls_profile("RTP/SAVPF"));
    CHECK(is_rtp_profile("RTP/AVP"));
    CHECK_FALSE(is_rtp_profile("UDP/DTLS/SCTP"));
    CHECK_FALSE(is_rtp_profile(""));
    CHECK(has_feedback("RTP/AVPF"));
    CHECK_FALSE(has_feedback("RTP/SAVP"));
}

TEST_CASE("a browser's offer in a plain profile is cut to what a phone can use") {
    Session session = recorded("jssip/calls-phone/invite-audio-2-auth.txt");
    clean_for_legacy(session);
    CHECK(session == recorded("jssip/calls-phone/invite-audio-2-auth.txt")); // DTLS is not for cleaning

    session.media[0].protocol = "RTP/AVP";
    session.media[0].attributes.remove_if([](const Attribute &a) { return a.name == "fingerprint"; });
    clean_for_legacy(session);
    CHECK(write(session) == "v=0\r\n"
                            "o=- 5559353194868621043 2 IN IP4 127.0.0.1\r\n"
                            "s=-\r\n"
                            "t=0 0\r\n"
                            "m=audio 55548 RTP/AVP 111 9 0 8 13 110 126\r\n"
                            "c=IN IP4 10.77.0.11\r\n"
                            "a=rtcp:9 IN IP4 0.0.0.0\r\n"
                            "a=sendrecv\r\n"
                            "a=rtpmap:111 opus/48000/2\r\n"
                            "a=fmtp:111 minptime=10;useinbandfec=1\r\n"
                            "a=rtpmap:9 G722/8000\r\n"
                            "a=rtpmap:0 PCMU/8000\r\n"
                            "a=rtpmap:8 PCMA/8000\r\n"
                            "a=rtpmap:13 CN/8000\r\n"
                            "a=rtpmap:110 telephone-event/48000\r\n"
                            "a=rtpmap:126 telephone-event/8000\r\n");
}

TEST_CASE("events whose clock no codec has are cut, and a section never loses all its formats") {
    Session session =
        with("m=audio 9 RTP/AVP 0 110 126\r\na=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-15\r\n"
             "a=rtpmap:126 telephone-event/8000\r\nm=video 9 RTP/AVP 118\r\na=rtpmap:118 red/90000\r\n"
             "m=application 9 UDP/BFCP *\r\na=mid:x\r\n");
    clean_for_legacy(session);
    CHECK(session.media[0].formats == std::vector<std::string>{"0", "126"});
    CHECK_FALSE(session.media[0].attributes.has("fmtp"));
    CHECK(session.media[1].formats == std::vector<std::string>{"118"});
    CHECK(session.media[2].attributes.empty());
}

TEST_CASE("the names are as the RFCs have them") {
    CHECK(is_webrtc_attribute("extmap-allow-mixed"));
    CHECK_FALSE(is_webrtc_attribute("ptime"));
    CHECK(is_repair_codec("RED"));
    CHECK(is_repair_codec("flexfec-03"));
    CHECK_FALSE(is_repair_codec("VP8"));
    CHECK(name(Kind::sdes) == "sdes");
}
