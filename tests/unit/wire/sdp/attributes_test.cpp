#include "wire/sdp/attributes.hpp"

#include "support/catch.hpp"

using namespace cord::wire::sdp;

TEST_CASE("rtpmap") {
    CHECK(read_rtpmap("111 opus/48000/2") == RtpMap{111, "opus", 48000, 2});
    CHECK(write(RtpMap{8, "PCMA", 8000, 1}) == "8 PCMA/8000");
    CHECK(write(RtpMap{111, "opus", 48000, 2}) == "111 opus/48000/2");
    for (const char *bad : {"", "111", "128 x/1", "1 /8000", "1 x", "1 x/0", "1 x/y"}) {
        INFO(bad);
        CHECK_FALSE(read_rtpmap(bad));
    }
    CHECK(static_payload(18)->name == "G729");
    CHECK_FALSE(static_payload(96));
}

TEST_CASE("formats join what is said about a payload type") {
    auto session =
        parse("v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nm=video 9 RTP/AVPF 96 34 77 x\r\na=rtpmap:96 VP8/90000\r\n"
              "a=fmtp:96 max-fs=3600\r\na=rtcp-fb:* nack pli\r\na=rtcp-fb:96 ccm fir\r\na=fmtp:9 no\r\n");
    REQUIRE(session);
    const auto all = formats(session->media[0]);
    REQUIRE(all.size() == 2);
    CHECK(all[0] == Format{{96, "VP8", 90000, 1}, "max-fs=3600", {"nack pli", "ccm fir"}});
    CHECK(all[1] == Format{{34, "H263", 90000, 1}, "", {"nack pli"}});
}

TEST_CASE("candidates, of hosts and of names") {
    const char *text = "2064935571 1 udp 2122260223 10.77.0.11 55548 typ host generation 0 network-id 1";
    auto candidate = read_candidate(text);
    REQUIRE(candidate);
    CHECK(candidate->port == 55548);
    CHECK(candidate->rest == "generation 0 network-id 1");
    CHECK(write(*candidate) == text);
    CHECK(read_candidate("1 1 udp 1 x.local 9 typ host")->address == "x.local");
    CHECK_FALSE(read_candidate("1 1 udp 1 192.0.2.1 9"));
    CHECK_FALSE(read_candidate("1 1 udp 99999999999 192.0.2.1 9 typ host"));
}

TEST_CASE("fingerprints and setup") {
    auto fingerprint = read_fingerprint("SHA-256 b8:1B:95");
    REQUIRE(fingerprint);
    CHECK(write(*fingerprint) == "sha-256 B8:1B:95");
    CHECK_FALSE(read_fingerprint("sha-256"));
    CHECK_FALSE(read_fingerprint("sha-256 XY"));
    CHECK(read_setup("actpass") == Setup::actpass);
    CHECK_FALSE(read_setup("both"));
    CHECK(name(Setup::passive) == "passive");
}

TEST_CASE("crypto") {
    auto crypto =
        read_crypto("1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd|2^31|1:4 "
                    "UNENCRYPTED_SRTCP");
    REQUIRE(crypto);
    CHECK(crypto->key.size() == 30);
    CHECK(crypto->has_mki);
    CHECK(crypto->session_parameters == "UNENCRYPTED_SRTCP");
    CHECK(write(Crypto{7, "S", "abc", false, ""}) == "7 S inline:YWJj");
    CHECK_FALSE(read_crypto("1 AES_CM_128_HMAC_SHA1_80"));
    CHECK_FALSE(read_crypto("x S inline:YWJj"));
    CHECK_FALSE(read_crypto("1 S inline:!"));
}

TEST_CASE("extmap, group, rtcp, ssrc, direction") {
    CHECK(read_extmap("4/sendonly urn:x a=b") == ExtMap{4, "sendonly", "urn:x"});
    CHECK(write(ExtMap{4, "", "urn:x"}) == "4 urn:x");
    CHECK_FALSE(read_extmap("4"));
    CHECK(write(*read_group("BUNDLE 0  a")) == "BUNDLE 0 a");
    CHECK(read_rtcp("9 IN IP4 0.0.0.0")->connection->address == "0.0.0.0");
    CHECK_FALSE(read_rtcp("x"));
    CHECK(read_ssrc("1021598202 cname:a b")->attribute == "cname:a b");
    auto session = parse("v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\na=inactive\r\na=group:LS 9\r\na=group:BUNDLE "
                         "0\r\nm=audio 9 RTP/AVP 0\r\n"
                         "m=audio 9 RTP/AVP 0\r\na=recvonly\r\n");
    REQUIRE(session);
    CHECK(bundle(*session) == std::vector<std::string>{"0"});
    CHECK(direction(*session, session->media[0]) == Direction::inactive);
    CHECK(direction(*session, session->media[1]) == Direction::recvonly);
}
