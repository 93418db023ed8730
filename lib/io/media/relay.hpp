// The media half of rtc-breaker: the engine, its sockets, its timer, and the codec workers, on one event
// loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "engine/dtls/handshaker.hpp"
#include "engine/media/engine.hpp"
#include "io/media/ports.hpp"
#include "io/media/recorder.hpp"
#include "io/net/loop.hpp"

namespace cord::io::media {

struct RelayOptions {
    std::uint16_t first_port = 30'000;
    std::uint16_t last_port = 40'000;
    /// The mediacodec program; empty: streams that need one stay silent.
    std::string codec_program;
    std::size_t codec_workers = 1;
    /// How long packets may gather under load, so that one wake-up serves many of them.
    base::Duration coalesce = std::chrono::milliseconds(1);
    engine::media::Timeouts timeouts;
};

/// What all sessions did together, for statistics.
struct RelayCounters {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t not_sent = 0; ///< the kernel took no more
    std::uint64_t too_long = 0;
    std::uint64_t strays = 0; ///< for no session
    std::uint64_t worker_deaths = 0;
};

class Relay {
  public:
    using OnEvent = std::function<void(const engine::media::Event &)>;

    /// `loop`, `handshakers` and `random` outlive it. `on_event` may call back into the relay.
    Relay(net::Loop &loop, engine::dtls::HandshakerFactory &handshakers, base::Random &random,
          RelayOptions options, OnEvent on_event);
    ~Relay();
    Relay(const Relay &) = delete;
    Relay &operator=(const Relay &) = delete;

    [[nodiscard]] base::Result<PortPair, std::string> bind_pair(const base::IpAddress &address);
    /// One port for all browsers.
    [[nodiscard]] base::Result<PortId, std::string> bind_shared(const base::Endpoint &at);
    /// Only of a port that no plan names any more.
    void release(PortId port);

    void apply(engine::media::SessionId session, const engine::media::Plan &plan);
    void remove(engine::media::SessionId session);
    void open_recording(RecordingId recording, const std::string &path);
    void close_recording(RecordingId recording, bool discard);
    /// As the engine has them.
    void set_recording(engine::media::SessionId session, RecordingId recording);
    void set_barrier(engine::media::SessionId session, std::uint8_t side,
                     const engine::media::Barrier &barrier);
    void press(engine::media::SessionId session, std::uint8_t side,
               const std::vector<engine::media::Key> &keys);
    void request_key_frames(engine::media::SessionId session, std::uint8_t side);
    [[nodiscard]] std::optional<engine::media::SessionStatistics>
    statistics(engine::media::SessionId session) const;
    [[nodiscard]] RelayCounters counters() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::io::media
