// All media sessions of one shard: packets and plans in, effects out.
#pragma once

#include <memory>
#include <optional>

#include "base/random.hpp"
#include "base/time.hpp"
#include "engine/dtls/handshaker.hpp"
#include "engine/media/datagram.hpp"
#include "engine/media/effect.hpp"
#include "engine/media/keypad.hpp"
#include "engine/media/plan.hpp"
#include "engine/media/statistics.hpp"

namespace cord::engine::media {

struct Timeouts {
    base::Duration silence = std::chrono::seconds(60); ///< without a packet from either side: `media_timeout`
};

class Engine {
  public:
    /// Both must outlive the engine.
    Engine(dtls::HandshakerFactory &handshakers, base::Random &random, Timeouts timeouts = {});
    ~Engine();

    /// Makes the session, or changes it to the new plan.
    void apply(SessionId session, const Plan &plan, base::Time now);
    void remove(SessionId session);

    /// A port that sessions share (told apart by ICE fragment, then by address), where strangers' plain STUN
    /// is answered.
    void share(PortId port);

    /// A datagram as it came; it is changed in place, and sent on from there.
    void receive(PortId port, const base::Endpoint &from, Datagram datagram, base::Time now);
    /// What the codec worker made of a packet.
    void transcoded(TranscodeId id, Datagram rtp);

    /// Until the next plan, which has them too.
    void set_recording(SessionId session, RecordingId recording);
    void set_barrier(SessionId session, std::uint8_t side, const Barrier &barrier);
    /// Presses keys, as RFC 4733 has it, toward the peer of `side`: after those that are still waiting.
    void press(SessionId session, std::uint8_t side, const std::vector<Key> &keys, base::Time now);
    /// Asks the peer of `side` for a whole picture of each of its videos.
    void request_key_frames(SessionId session, std::uint8_t side);

    [[nodiscard]] base::Time deadline() const;
    void on_deadline(base::Time now);

    /// To be emptied after each call.
    [[nodiscard]] Outbox &outbox();

    [[nodiscard]] std::optional<SessionStatistics> statistics(SessionId session, base::Time now) const;
    /// Datagrams for no session: from strangers on shared ports, or late for a session that is gone.
    [[nodiscard]] std::uint64_t strays() const;

  private:
    class Sessions;
    std::unique_ptr<Sessions> sessions_;
};

} // namespace cord::engine::media
