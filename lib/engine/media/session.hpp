// One call's media: two sides and what goes between them.
#pragma once

#include <array>

#include "base/random.hpp"
#include "engine/media/engine.hpp"
#include "engine/media/side.hpp"

namespace cord::engine::media {

class Session {
  public:
    Session(SessionId id, std::uint32_t own_ssrc, Timeouts timeouts)
        : id_(id), own_ssrc_(own_ssrc), timeouts_(timeouts), sides_{Side({id, 0}), Side({id, 1})} {}

    void apply(const Plan &plan, dtls::HandshakerFactory &handshakers, TranscodeId &next_id, base::Time now,
               Outbox &out);
    void close(Outbox &out);

    void receive(std::uint8_t side, std::size_t transport, const Arrival &arrival, Datagram datagram,
                 base::Time now, Outbox &out);
    /// What a transcoder made of a packet that came from `side`.
    void transcoded(std::uint8_t side, TranscodeId id, Datagram rtp, Outbox &out);

    void set_recording(RecordingId recording) { recording_ = recording; }
    /// Before what comes from `side`, until the next plan.
    void set_barrier(std::uint8_t side, const Barrier &barrier, Outbox &out);
    /// The peer of `side` hears it; when it takes no events, nobody does.
    void press(std::uint8_t side, const Key &key, base::Time now);
    /// Of all pictures that come from `side`.
    void request_key_frames(std::uint8_t side, Outbox &out);

    [[nodiscard]] base::Time deadline() const;
    void on_deadline(base::Time now, Outbox &out);

    [[nodiscard]] Side &side(std::uint8_t n) { return sides_[n]; }
    [[nodiscard]] SessionStatistics statistics(base::Time now) const;

  private:
    void forward_rtp(std::uint8_t side, std::size_t transport, Datagram datagram, base::Time now,
                     Outbox &out);
    bool pass_on(std::uint8_t side, std::size_t stream, Datagram datagram, bool is_event,
                 std::uint32_t clock_rate, Outbox &out);
    void leave_out(std::uint8_t side, std::size_t stream, const Datagram &datagram);
    Drops::Cause send_rtp(std::uint8_t side, Stream &target, Datagram datagram, Outbox &out);
    void press_keys(std::uint8_t side, base::Time now, Outbox &out);
    void note_arrival(std::uint8_t side, std::size_t stream, std::size_t bytes, base::Time now, Outbox &out);
    void plan_reports(base::Time now);
    void after_transports(Outbox &out);
    void ask_key_frame(std::uint8_t side, std::size_t stream, Outbox &out);
    [[nodiscard]] StreamStatistics statistics(std::uint8_t side, std::size_t stream, base::Time now) const;

    SessionId id_;
    std::uint32_t own_ssrc_; // of what we say ourselves
    Timeouts timeouts_;
    RecordingId recording_ = 0;
    std::array<Side, 2> sides_;
    base::Time last_packet_{};
    base::Time silence_check_ = base::never;
    base::Time report_due_ = base::never;
    std::optional<base::Time> ever_;
};

} // namespace cord::engine::media
