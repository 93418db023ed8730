// Offers within a call: hold, ICE restart, a section given up.
#include "calls.hpp"

using namespace cord;
using namespace cord::test;
using engine::media::DtlsPlan;

TEST_CASE("hold and resume, from either side") {
    Bench bench;
    const std::string before = established(bench, browser_audio);
    const std::size_t ports = bench.open.size();

    std::string out =
        bench.rewritten(offer(recorded("jssip/calls-phone/reinvite-hold.txt"), to_phone, from_caller));
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
    out = bench.rewritten(offer(old_way, to_browser, from_callee));
    CHECK(out.find("a=sendonly") != std::string::npos);
    CHECK(value(out, "setup") == "actpass");
    CHECK(value(out, "ice-ufrag") == value(before, "ice-ufrag"));
    CHECK(out.find("a=rtpmap:126 telephone-event/8000") != std::string::npos); // the browser's number for it
    CHECK(bench.open.size() == ports);
}

TEST_CASE("an ICE restart gets new credentials, and the DTLS association stays") {
    Bench bench;
    const std::string before = established(bench, browser_audio);
    std::string restarted = browser_audio;
    restarted.replace(restarted.find("imZE"), 4, "newU");
    bench.rewritten(offer(restarted, to_phone, from_caller));
    CHECK(bench.plans.at(1).sides[0].transports[0].ice->remote_ufrag == "imZE"); // until it is answered
    const std::string after = bench.rewritten(answer(phone_answer));
    CHECK(value(after, "ice-ufrag") != value(before, "ice-ufrag"));
    CHECK(value(after, "setup") == value(before, "setup"));
    CHECK(bench.rewritten(answer(phone_answer)) == after);
    const auto &transport = bench.plans.at(1).sides[0].transports[0];
    CHECK(transport.ice->remote_ufrag == "newU");
    CHECK(std::get<DtlsPlan>(transport.security).association == 0);

    restarted.replace(restarted.find("B8:1B"), 5, "B8:1C");
    bench.rewritten(offer(restarted, to_phone, from_caller));
    bench.rewritten(answer(phone_answer));
    CHECK(std::get<DtlsPlan>(bench.plans.at(1).sides[0].transports[0].security).association == 1);
}

TEST_CASE("a bundle stays on its transport when its first section is given up") {
    Bench bench;
    const std::string phone_av = recorded("baresip/video-vp8/invite-video.txt");
    const std::string before = established(bench, browser_av, to_phone, phone_av);
    std::string video_only = browser_av;
    video_only.replace(video_only.find("m=audio 58345"), 13, "m=audio 0");
    const std::string out = bench.rewritten(offer(video_only, to_phone, from_caller));
    CHECK(m_line(out, 0).starts_with("m=audio 0 "));
    CHECK(m_line(out, 1).starts_with("m=video 30004 "));
    std::string reply = phone_av;
    reply.replace(reply.find("m=audio 10224"), 13, "m=audio 0");
    const std::string back = bench.rewritten(answer(reply));
    CHECK(m_line(back, 1) == "m=video 30000 UDP/TLS/RTP/SAVPF 96");
    CHECK(back.find("a=group:BUNDLE 1\r\n") != std::string::npos);
    CHECK(back.find("a=ice-ufrag:" + value(before, "ice-ufrag")) != std::string::npos);
}
