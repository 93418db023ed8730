// What a trace holds, layer by layer, and why some of it is not shown.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/trace/decoder.hpp"
#include "engine/trace/reader.hpp"

namespace cord::engine::trace {

class Census {
  public:
    struct Row {
        std::string_view part; ///< "file", "layer", "fragments", "tcp", "tls", "websocket", "udp", "sip".
        std::string what;
        std::uint64_t count;
        std::string_view note = {}; ///< What it means for what is shown; empty where that is plain.
    };

    /// A message; `shown` tells whether it could be read.
    void add(const SipRecord &record, bool shown);
    /// A payload of UDP that is no SIP, and whether it is media of a call.
    void add(const Datagram &datagram, bool of_a_call);
    /// Those with a count, in the order of the layers.
    [[nodiscard]] std::vector<Row> rows(const FileFacts &file, const Decoder &decoder) const;

  private:
    enum Payload : std::size_t { media, lone_rtp, lone_rtcp, stun, dtls, zrtp, turn, other, payloads };
    [[nodiscard]] static Payload payload_of(const Datagram &datagram, bool of_a_call);

    std::array<std::uint64_t, payloads> udp_{};
    std::array<std::uint64_t, transports> sip_{};
    std::uint64_t unreadable_ = 0;
};

} // namespace cord::engine::trace
