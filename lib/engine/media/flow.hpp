// One direction of one stream: which payload types pass, as what, and how packets are numbered when a
// transcoder is in the way.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/media/datagram.hpp"
#include "engine/media/effect.hpp"
#include "engine/media/plan.hpp"
#include "wire/rtp/packet.hpp"
#include "wire/rtp/sequence.hpp"

namespace cord::engine::media {

class Flow {
  public:
    struct Rule {
        PayloadRule plan;
        TranscodeId transcoder = 0; ///< 0: none
    };

    /// Takes new rules; a transcoder whose rule stays is kept. `next_id` numbers new ones.
    void apply(const std::vector<PayloadRule> &rules, TranscodeId &next_id, Outbox &out);
    /// Ends its transcoders.
    void close(Outbox &out);

    [[nodiscard]] const Rule *rule(std::uint8_t payload_type) const;
    [[nodiscard]] const std::vector<Rule> &rules() const { return rules_; }
    /// Whether packets leave with numbers of ours, so that the sender's reports do not fit them.
    [[nodiscard]] bool renumbers() const { return renumbers_; }

    /// Makes a packet that is passed on fit the other side, in place.
    void rewrite(const Rule &rule, const wire::rtp::Packet &packet, Datagram &datagram);
    /// Notes the times of a packet that goes to the transcoder.
    void note_transcoded_input(const Rule &rule, const wire::rtp::Packet &packet);
    /// Numbers what the transcoder made; false when it cannot be sent.
    [[nodiscard]] bool rewrite_transcoded(const Rule &rule, Datagram &datagram);
    /// The transcoder has begun anew.
    void transcoder_restarted() { transcoder_offset_.reset(); }

  private:
    [[nodiscard]] std::uint32_t map_timestamp(const Rule &rule, const wire::rtp::Packet &packet);

    std::vector<Rule> rules_;
    std::array<std::int8_t, 128> by_type_ = no_types();
    bool renumbers_ = false;
    std::uint16_t next_sequence_ = 1;

    // Where the sender's clock and ours are tied together.
    struct Anchor {
        std::uint32_t ssrc;
        std::int64_t in;
        std::uint32_t out;
        std::uint32_t in_rate;
        std::uint32_t out_rate;
    };
    std::optional<Anchor> anchor_;
    wire::rtp::TimestampUnwrapper unwrapper_;
    std::uint32_t last_out_ = 0;
    std::optional<std::uint32_t> first_input_;       // of a transcoder, on our clock
    std::optional<std::uint32_t> transcoder_offset_; // from its clock to ours

    static constexpr std::array<std::int8_t, 128> no_types() {
        std::array<std::int8_t, 128> none{};
        none.fill(-1);
        return none;
    }
};

} // namespace cord::engine::media
