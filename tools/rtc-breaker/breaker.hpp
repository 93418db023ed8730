// The ng engine and the media relay joined: messages in, answers out.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/seldom.hpp"
#include "engine/ng/core.hpp"
#include "io/media/relay.hpp"
#include "io/net/loop.hpp"

namespace cord::tools::rtc_breaker {

class Breaker {
  public:
    using Answer = std::function<void(std::string)>;

    /// `loop`, `relay` and `random` outlive it.
    Breaker(io::net::Loop &loop, io::media::Relay &relay, engine::ng::Config config, base::Random &random);

    /// One ng message, a datagram with the address of its sender; `answer` is called at most once.
    void receive(std::string_view message, std::string_view sender, Answer answer);
    void on_media_event(const engine::media::Event &event);
    /// New calls are refused from now on; `done` is called when the last one has gone.
    void drain(std::function<void()> done);

    [[nodiscard]] std::vector<engine::ng::SessionInfo> sessions() const { return core_.sessions(); }
    [[nodiscard]] std::optional<engine::media::SessionStatistics>
    statistics(engine::media::SessionId session) const {
        return relay_.statistics(session);
    }
    [[nodiscard]] engine::ng::Counters ng_counters() const { return core_.counters(); }
    [[nodiscard]] io::media::RelayCounters counters() const { return relay_.counters(); }

  private:
    void act();
    void handle(engine::ng::Reply &reply);
    void handle(engine::ng::BindPorts &bind);
    void handle(engine::ng::ClosePorts &close);
    void handle(engine::ng::ReadStatistics &read);
    void handle(engine::ng::ApplyPlan &apply);
    void handle(engine::ng::OpenRecording &open);
    void handle(engine::ng::SetRecording &set);
    void handle(engine::ng::CloseRecording &close);
    void handle(engine::ng::SetBarrier &set);
    void handle(engine::ng::PressKeys &press);
    void handle(engine::ng::RequestKeyFrames &request);
    void handle(engine::ng::RemoveSession &remove);
    std::optional<std::vector<engine::ng::BoundPort>> bind(const std::vector<engine::ng::PortNeed> &needs);

    io::net::Deadline deadline_;
    io::media::Relay &relay_;
    engine::ng::Config config_;
    engine::ng::Core core_;
    std::map<engine::ng::ClientId, Answer> waiting_;
    engine::ng::ClientId last_client_ = 0;
    std::function<void()> drained_;
    base::Seldom no_ports_;
};

} // namespace cord::tools::rtc_breaker
