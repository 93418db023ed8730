#include "breaker.hpp"

#include "base/log.hpp"
#include "io/net/clock.hpp"

namespace cord::tools::rtc_breaker {

using engine::ng::BoundPort;

Breaker::Breaker(io::net::Loop &loop, io::media::Relay &relay, engine::ng::Config config,
                 base::Random &random)
    : deadline_(loop,
                [this] {
                    core_.on_timer(io::net::now());
                    act();
                }),
      relay_(relay), config_(config), core_(std::move(config), random) {}

void Breaker::receive(std::string_view message, std::string_view sender, Answer answer) {
    const auto client = ++last_client_;
    waiting_.emplace(client, std::move(answer));
    core_.receive(client, message, sender, io::net::now());
    act();
    waiting_.erase(client); // a message without cookie and dictionary has no answer
}

void Breaker::on_media_event(const engine::media::Event &event) {
    using What = engine::media::Event::What;
    if (event.what == What::dtls_failed)
        base::log::warning("media", "session {}: DTLS failed: {}", event.session, event.reason);
    if (event.what == What::consent_lost)
        base::log::info("media", "session {}: the {} has gone: {}", event.session,
                        event.side == 0 ? "offerer" : "answerer", event.reason);
    if (event.what != What::media_timeout)
        return;
    core_.on_silence(event.session, io::net::now());
    act();
}

void Breaker::drain(std::function<void()> done) {
    core_.drain();
    drained_ = std::move(done);
    act();
}

/// Acts until nothing new comes of it.
void Breaker::act() {
    for (auto effects = core_.take_effects(); !effects.empty(); effects = core_.take_effects())
        for (auto &effect : effects)
            std::visit([this](auto &e) { handle(e); }, effect);
    deadline_.set(core_.next_deadline());
    if (drained_ && core_.sessions().empty())
        std::exchange(drained_, nullptr)();
}

void Breaker::handle(engine::ng::Reply &reply) {
    if (auto waiting = waiting_.extract(reply.client); !waiting.empty())
        waiting.mapped()(std::move(reply.bytes));
}

std::optional<std::vector<BoundPort>> Breaker::bind(const std::vector<engine::ng::PortNeed> &needs) {
    std::vector<BoundPort> out;
    for (const engine::ng::PortNeed &need : needs) {
        const base::IpAddress &address = config_.interfaces[need.interface].address;
        auto pair = relay_.bind_pair(address);
        if (!pair) {
            if (no_ports_.now())
                base::log::warning("media", "{}: {}", address.text(), pair.error());
            for (const BoundPort &port : out) {
                relay_.release(port.rtp);
                if (port.rtcp)
                    relay_.release(*port.rtcp);
            }
            return std::nullopt;
        }
        BoundPort port{pair->rtp, pair->rtcp, {address, pair->rtp_port}, false};
        if (!need.pair) {
            relay_.release(pair->rtcp);
            port.rtcp.reset();
        }
        out.push_back(port);
    }
    return out;
}

void Breaker::handle(engine::ng::BindPorts &needed) {
    core_.bound(needed.token, bind(needed.needs), io::net::now());
}

void Breaker::handle(engine::ng::ClosePorts &close) {
    for (engine::media::PortId port : close.ports)
        relay_.release(port);
}

void Breaker::handle(engine::ng::ReadStatistics &read) {
    std::vector<std::optional<engine::media::SessionStatistics>> out;
    for (engine::media::SessionId session : read.sessions)
        out.push_back(relay_.statistics(session));
    core_.statistics(read.token, std::move(out), io::net::now());
}

void Breaker::handle(engine::ng::ApplyPlan &apply) { relay_.apply(apply.session, apply.plan); }

void Breaker::handle(engine::ng::OpenRecording &open) { relay_.open_recording(open.recording, open.path); }

void Breaker::handle(engine::ng::SetRecording &set) { relay_.set_recording(set.session, set.recording); }

void Breaker::handle(engine::ng::CloseRecording &close) {
    relay_.close_recording(close.recording, close.discard);
}

void Breaker::handle(engine::ng::SetBarrier &set) {
    relay_.set_barrier(set.session, static_cast<std::uint8_t>(set.side), set.barrier);
}

void Breaker::handle(engine::ng::PressKeys &press) {
    relay_.press(press.session, static_cast<std::uint8_t>(press.side), press.keys);
}

void Breaker::handle(engine::ng::RequestKeyFrames &request) {
    relay_.request_key_frames(request.session, static_cast<std::uint8_t>(request.side));
}

void Breaker::handle(engine::ng::RemoveSession &remove) {
    if (*remove.reason != '\0')
        base::log::info("media", "session {} has ended by itself: {}", remove.session, remove.reason);
    relay_.remove(remove.session);
}

} // namespace cord::tools::rtc_breaker
