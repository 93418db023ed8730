// The packets of one source in their order: reordering undone within a small window, loss counted, copies
// dropped, and a changed SSRC or restarted numbering told from strays (after RFC 3550 section A.1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "wire/rtp/packet.hpp"

namespace cord::io::codec {

/// A packet whose turn it is; valid until the next call.
struct InOrder {
    wire::rtp::Packet packet;
    bool begins = false;    // the first of a source
    std::uint32_t lost = 0; // packets missing right before it
};

class Sequencer {
  public:
    struct Counts {
        std::uint64_t received = 0;
        std::uint64_t lost = 0;
        std::uint64_t reordered = 0; // came late, but in time
        std::uint64_t late = 0;      // came after they were given up, or twice
        std::uint64_t stray = 0;     // of another source that did not go on
        std::uint64_t wild = 0;      // numbered far from all others of their source
        std::uint64_t sources = 0;
    };

    /// A missing packet is given up when `window` later ones have come.
    explicit Sequencer(std::size_t window) : window_(window) {}

    /// To be followed by `pop` until it gives nothing.
    void push(const wire::rtp::Packet &packet);
    [[nodiscard]] std::optional<InOrder> pop();
    /// No more will come, so nothing is waited for; a source may have begun with the very last packet.
    void finish();

    [[nodiscard]] const Counts &counts() const { return counts_; }

  private:
    struct Held {
        std::int64_t sequence = 0;
        bool begins = false;
        std::vector<std::uint8_t> bytes;
    };

    void hold(const wire::rtp::Packet &packet, std::int64_t sequence, bool begins);
    void suspect(const wire::rtp::Packet &packet);
    /// Counts what was suspected and did not go on.
    void forget_suspect();
    std::int64_t begin(const wire::rtp::Packet &packet);

    std::size_t window_;
    std::vector<Held> held_; // by sequence
    Held current_;           // what `pop` gave last
    std::vector<std::uint8_t> suspect_;
    std::optional<std::uint32_t> ssrc_;
    std::int64_t next_ = 0;         // the sequence number whose turn it is
    std::int64_t flush_before_ = 0; // packets below it wait for nothing
    Counts counts_;
};

} // namespace cord::io::codec
