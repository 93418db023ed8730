// Calls of two phones, and of a browser with a phone, and the RTCP that they send.
#pragma once

#include "plans.hpp"
#include "support/catch.hpp"
#include "wire/rtp/rtcp.hpp"

namespace cord::engine::media {

/// Two phones: ports 10 and 11 face the first, 20 and 21 the second.
struct PhoneCall {
    World world;
    Phone a{world, at("192.0.2.1:4000")};
    Phone b{world, at("192.0.2.2:5000")};
    Plan plan;

    PhoneCall() {
        plan.sides[0] = {{plain(10, 11, a)},
                         {audio(0, {pass(8, 8, "pcma/8000"), pass(96, 101, "telephone-event/8000")})}};
        plan.sides[1] = {{plain(20, 21, b)},
                         {audio(0, {pass(8, 8, "pcma/8000"), pass(101, 96, "telephone-event/8000")})}};
        world.apply(1, plan);
    }
};

/// A browser at port 10 and a phone at 20 and 21: audio.
struct BrowserCall {
    World world;
    Browser browser;
    Phone phone{world, at("192.0.2.2:5000")};
    Phone phone_rtcp{world, at("192.0.2.2:5001")};
    Plan plan;

    explicit BrowserCall(dtls::Role browser_role = dtls::Role::client)
        : browser(world, at("192.0.2.1:4000"), browser_role) {
        dtls::Role ours = browser_role == dtls::Role::client ? dtls::Role::server : dtls::Role::client;
        plan.sides[0] = {{webrtc(10, browser, ours)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
        plan.sides[1] = {{plain(20, 21, phone)}, {audio(0, {pass(8, 8, "pcma/8000")})}};
    }
    void connect() {
        world.apply(1, plan);
        browser.connect(10, gateway);
    }
};

inline Bytes pli(std::uint32_t sender, std::uint32_t media) {
    Bytes bytes;
    wire::rtp::append_pli(bytes, sender, media);
    return bytes;
}

inline std::vector<wire::rtp::RtcpPart> parts(const Bytes &bytes) {
    auto compound = wire::rtp::RtcpCompound::parse(bytes);
    REQUIRE(compound);
    return {compound->begin(), compound->end()};
}

} // namespace cord::engine::media
