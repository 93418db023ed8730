// One direction of one stream: which payload types pass, and as what; and the transcoder, when one is in the
// way.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "engine/media/datagram.hpp"
#include "engine/media/effect.hpp"
#include "engine/media/plan.hpp"
#include "wire/rtp/packet.hpp"
#include "wire/rtp/sequence.hpp"

namespace cord::engine::media {

/// A rule, and what the name of its codec says: not to be asked for each packet.
struct ActiveRule : PayloadRule {
    explicit ActiveRule(const PayloadRule &rule);
    bool is_retransmission; ///< RFC 4588: another source repairs this one's
    bool is_event;          ///< RFC 4733
};

/// With a transcoder every packet that has a rule goes through it, telephone events too: only so can it
/// number and stamp what comes out, and see what was lost.
class PayloadRules {
  public:
    /// Takes new rules; the transcoder stays when they are the same. `next_id` numbers a new one.
    void apply(const std::vector<PayloadRule> &rules, TranscodeId &next_id, Outbox &out);
    void close(Outbox &out) { apply({}, no_id_, out); }

    /// Null for a payload type that does not pass.
    [[nodiscard]] const ActiveRule *rule(std::uint8_t payload_type) const;
    /// 0 when packets are passed on as they are.
    [[nodiscard]] TranscodeId transcoder() const { return transcoder_; }
    /// Of what the transcoder makes.
    [[nodiscard]] std::uint32_t made_clock_rate() const { return made_clock_rate_; }
    /// Whether what the transcoder made is a telephone event.
    [[nodiscard]] bool is_made_event(std::uint8_t payload_type) const {
        return payload_type != made_payload_type_;
    }

    /// Makes a packet that is passed on fit the other side, in place.
    static void rewrite(const ActiveRule &rule, const wire::rtp::Packet &packet, Datagram &datagram);
    /// Gives what the transcoder made the source of what went in. A view of it; an error when it is no RTP.
    [[nodiscard]] base::Result<wire::rtp::Packet> adopt(const Datagram &made, std::uint32_t source);

  private:
    void open(TranscodeId id, Outbox &out);

    std::vector<PayloadRule> planned_;
    std::vector<ActiveRule> rules_;
    std::array<std::int8_t, 128> by_type_ = no_types();
    TranscodeId transcoder_ = 0;
    std::uint32_t made_clock_rate_ = 0;
    std::uint8_t made_payload_type_ = 0;
    TranscodeId no_id_ = 0;
    wire::rtp::StreamStart next_; // of a new transcoder: after what the one before it made

    static constexpr std::array<std::int8_t, 128> no_types() {
        std::array<std::int8_t, 128> none{};
        none.fill(-1);
        return none;
    }
};

} // namespace cord::engine::media
