// One side of a session: its transports, its streams, and which packet belongs to which stream.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/media/line.hpp"
#include "engine/media/payload_rules.hpp"
#include "engine/media/plan.hpp"
#include "engine/media/statistics.hpp"
#include "engine/media/transport.hpp"
#include "wire/rtp/reception.hpp"

namespace cord::engine::media {

/// What a transcoder has made for a peer.
struct Made {
    std::uint32_t ssrc = 0;
    std::uint32_t packets = 0;
    std::uint32_t octets = 0; // of payload
    std::uint32_t timestamp = 0;
    std::uint32_t clock_rate = 0;
    base::Time last{};
};

struct Stream {
    StreamEnd plan;
    PayloadRules payloads; // what the peer sends, and what becomes of it
    Counters received;
    Counters sent;
    Counters rtcp_received;
    wire::rtp::Reception reception;
    Line line;                // to the peer
    std::optional<Made> made; // and sent here
    Drops drops;
    std::vector<std::uint32_t> ssrcs;          // that the peer sends, the latest last
    std::optional<std::uint32_t> media_source; // the latest that does not repair another (RFC 4588)
    std::optional<std::uint8_t> unknown_payload_type;
    bool started = false; // media was passed on
    bool key_frame_wanted = false;
};

class Side {
  public:
    explicit Side(Owner owner) : owner_(owner) {}

    void apply(const SidePlan &plan, dtls::HandshakerFactory &handshakers, TranscodeId &next_id,
               base::Time now, Outbox &out);
    void close(Outbox &out);

    std::vector<Transport> transports;
    std::vector<std::optional<Stream>> streams;

    /// The stream that a packet belongs to (RFC 9143 section 9.2): by its mid, by its source, by its payload
    /// type. What is found is remembered for the source.
    [[nodiscard]] std::optional<std::size_t> stream_of(std::size_t transport,
                                                       const wire::rtp::Packet &packet);
    /// The stream whose media comes from this source.
    [[nodiscard]] std::optional<std::size_t> stream_of_source(std::uint32_t ssrc) const;
    /// The first stream of a transport.
    [[nodiscard]] std::optional<std::size_t> first_stream(std::size_t transport) const;

  private:
    [[nodiscard]] std::optional<std::size_t> by_mid(std::size_t transport,
                                                    const wire::rtp::Packet &packet) const;
    [[nodiscard]] std::optional<std::size_t> by_payload_type(std::size_t transport, std::uint8_t type) const;
    void remember(std::size_t stream, std::uint32_t ssrc);

    Owner owner_;
};

} // namespace cord::engine::media
