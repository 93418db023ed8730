// An ng core with a shell that binds ports from a counter, for tests that read like a script's calls.
#pragma once

#include <map>
#include <string>

#include "base/random.hpp"
#include "engine/ng/core.hpp"
#include "support/catch.hpp"
#include "wire/bencode/bencode.hpp"
#include "wire/sdp/session.hpp"

namespace cord::test {

using engine::media::Plan;
using engine::media::SessionId;
using wire::bencode::Dict;
using wire::bencode::List;

class Bench {
  public:
    explicit Bench(engine::ng::Config config = default_config()) : core(std::move(config), random_) {}

    static engine::ng::Config default_config() {
        engine::ng::Config config;
        config.interfaces = {
            {"default", *base::IpAddress::parse("10.77.0.1"), *base::IpAddress::parse("10.77.0.1"), {}}};
        config.fingerprint = {"sha-256",
                              "FA:88:9F:7F:88:77:BE:48:80:27:12:F9:EC:64:12:B6:11:ED:5D:B4:05:78:77:CE:65:00:"
                              "05:1C:5E:8A:50:EC"};
        return config;
    }

    /// The bytes of the answer to one message, empty when there is none; over a stream, unless it is a
    /// datagram from an address.
    std::string send(std::string_view message, std::string_view sender = "") {
        replies_.clear();
        core.receive(1, message, sender, now);
        act();
        return replies_;
    }

    Dict command(const Dict &dict) {
        const std::string cookie = std::to_string(++cookies_);
        const std::string reply = send(cookie + " " + wire::bencode::write(dict));
        REQUIRE(reply.starts_with(cookie + " "));
        auto value = wire::bencode::parse(std::string_view(reply).substr(cookie.size() + 1));
        REQUIRE(value);
        return *value->dict();
    }

    /// The rewritten description; fails the test on any other result.
    std::string rewritten(const Dict &dict) {
        const Dict reply = command(dict);
        INFO(wire::bencode::write(reply));
        REQUIRE(wire::bencode::text_of(reply, "result") == "ok");
        return std::string(wire::bencode::text_of(reply, "sdp"));
    }

    void advance(base::Duration by) {
        now.mono += by;
        core.on_timer(now);
        act();
    }

    /// The relay has heard nothing of it for a while.
    void fall_silent(SessionId session) {
        core.on_silence(session, now);
        act();
    }

    void act() {
        for (auto effects = core.take_effects(); !effects.empty(); effects = core.take_effects())
            for (const auto &effect : effects)
                std::visit([&](const auto &e) { handle(e); }, effect);
    }

    base::Now now{base::Time(std::chrono::seconds(100)), base::UnixTime(std::chrono::seconds(1'795'000'000))};
    std::map<SessionId, Plan> plans;
    std::map<engine::media::PortId, std::uint16_t> open;           ///< port numbers
    std::map<SessionId, engine::media::SessionStatistics> numbers; ///< what the relay counts
    std::vector<engine::ng::PressKeys> pressed;
    std::map<std::pair<SessionId, std::size_t>, engine::media::Barrier> barriers;
    std::vector<engine::ng::RequestKeyFrames> wanted_frames;
    std::map<engine::media::RecordingId, std::string> recordings; ///< paths of those that are open
    std::vector<engine::media::RecordingId> discarded;
    std::map<SessionId, engine::media::RecordingId> recorded;
    std::size_t ports_left = 1000;

  private:
    void handle(const engine::ng::Reply &reply) { replies_ += reply.bytes; }
    void handle(const engine::ng::BindPorts &bind) {
        if (bind.needs.size() > ports_left)
            return core.bound(bind.token, std::nullopt, now);
        std::vector<engine::ng::BoundPort> ports;
        for (const auto &need : bind.needs)
            ports.push_back(bound(need));
        core.bound(bind.token, std::move(ports), now);
    }
    engine::ng::BoundPort bound(const engine::ng::PortNeed &need) {
        engine::ng::BoundPort port{++last_port_, {}, {*base::IpAddress::parse("10.77.0.1"), next_}, false};
        open[port.rtp] = next_;
        if (need.pair) {
            port.rtcp = ++last_port_;
            open[*port.rtcp] = static_cast<std::uint16_t>(next_ + 1);
        }
        next_ = static_cast<std::uint16_t>(next_ + 2);
        --ports_left;
        return port;
    }
    void handle(const engine::ng::ClosePorts &close) {
        for (auto port : close.ports)
            CHECK(open.erase(port) == 1);
    }
    void handle(const engine::ng::ReadStatistics &read) {
        std::vector<std::optional<engine::media::SessionStatistics>> told;
        for (SessionId id : read.sessions)
            told.push_back(numbers.contains(id) ? std::optional(numbers.at(id)) : std::nullopt);
        core.statistics(read.token, std::move(told), now);
    }
    void handle(const engine::ng::ApplyPlan &apply) {
        plans[apply.session] = apply.plan;
        recorded[apply.session] = apply.plan.recording;
    }
    void handle(const engine::ng::OpenRecording &begun) {
        CHECK(recordings.emplace(begun.recording, begun.path).second);
    }
    void handle(const engine::ng::CloseRecording &ended) {
        CHECK(recordings.erase(ended.recording) == 1);
        if (ended.discard)
            discarded.push_back(ended.recording);
    }
    void handle(const engine::ng::SetRecording &set) { recorded[set.session] = set.recording; }
    void handle(const engine::ng::SetBarrier &set) { barriers[{set.session, set.side}] = set.barrier; }
    void handle(const engine::ng::PressKeys &press) { pressed.push_back(press); }
    void handle(const engine::ng::RequestKeyFrames &request) { wanted_frames.push_back(request); }
    void handle(const engine::ng::RemoveSession &remove) { plans.erase(remove.session); }

    base::SeededRandom random_{7};
    std::string replies_;
    int cookies_ = 0;
    engine::media::PortId last_port_ = 0;
    std::uint16_t next_ = 30000;

  public:
    engine::ng::Core core;
};

} // namespace cord::test
