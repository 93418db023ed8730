// Captured packets in, SIP messages and UDP payloads out: all the layers in between, in one object.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/trace/connections.hpp"
#include "engine/trace/exported_pdu.hpp"
#include "engine/trace/fragments.hpp"
#include "engine/trace/layer/layer.hpp"
#include "engine/trace/packet.hpp"
#include "engine/trace/sctp.hpp"

namespace cord::engine::trace {

/// What became of the packets: tells why something is not shown.
struct DecodeCounts {
    std::uint64_t packets = 0;
    std::uint64_t cut = 0; ///< Shorter in the capture than on the wire.
    std::uint64_t sip = 0;
    std::array<std::uint64_t, layer::protocols> layers{}; ///< How often each was met.

    [[nodiscard]] std::uint64_t of(layer::Protocol p) const { return layers[static_cast<std::size_t>(p)]; }
};

class Decoder {
  public:
    /// Views: of the packet, or of the decoder until its next call.
    struct Found {
        std::span<const SipRecord> messages;
        std::optional<Datagram> datagram;
    };
    [[nodiscard]] Found decode(const Packet &packet);
    /// At the end: what TCP still held back.
    [[nodiscard]] Found finish();

    /// Lines of a key log (SSLKEYLOGFILE): wanted before the packets that they open.
    void add_secrets(std::string_view lines) { connections_.add_secrets(lines); }

    [[nodiscard]] const DecodeCounts &counts() const { return counts_; }
    [[nodiscard]] const ConnectionCounts &connections() const { return connections_.counts(); }
    [[nodiscard]] FragmentCounts fragments() const { return fragments_.counts(); }

  private:
    void follow(layer::Layer layer, Stamp at);
    void mark_lasting(base::Bytes packet);
    [[nodiscard]] layer::Layer internet(base::Bytes packet, Way &way, Stamp at);
    [[nodiscard]] layer::Layer udp(base::Bytes b, Way way, Stamp at);
    void take(std::span<const Connections::Message> messages, Stamp at);
    void sctp(base::Bytes b, const Way &way, Stamp at);
    void exported(base::Bytes frame, Stamp at);
    void hep(base::Bytes packet);

    DecodeCounts counts_;
    Fragments fragments_;
    Connections connections_;
    SctpMessages sctp_;
    std::string inflated_;                                // of a packet of HEP
    std::pair<std::uint32_t, std::string> last_exported_; // original frame and payload
    Stamp last_{};
    std::vector<SipRecord> messages_;
    std::optional<Datagram> datagram_;
};

} // namespace cord::engine::trace
