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

    [[nodiscard]] base::Time deadline() const;
    void on_deadline(base::Time now, Outbox &out);

    [[nodiscard]] Side &side(std::uint8_t n) { return sides_[n]; }
    [[nodiscard]] SessionStatistics statistics(base::Time now) const;

  private:
    void forward_rtp(std::uint8_t side, std::size_t transport, Datagram datagram, base::Time now,
                     Outbox &out);
    bool send_rtp(Stream &from, Side &to, std::size_t stream, Datagram datagram, Outbox &out);
    void note_arrival(std::uint8_t side, std::size_t stream, std::size_t bytes, base::Time now, Outbox &out);
    void plan_reports(base::Time now);
    void after_transports(Outbox &out);
    void ask_key_frame(std::uint8_t side, std::size_t stream, Outbox &out);
    [[nodiscard]] StreamStatistics statistics(std::uint8_t side, std::size_t stream, base::Time now) const;

    SessionId id_;
    std::uint32_t own_ssrc_; // of what we say ourselves
    Timeouts timeouts_;
    std::array<Side, 2> sides_;
    base::Time last_packet_{};
    base::Time silence_check_ = base::never;
    base::Time report_due_ = base::never;
    std::optional<base::Time> ever_;
};

} // namespace cord::engine::media
