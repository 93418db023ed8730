// One direction of a TCP connection, its segments put in order (RFC 9293 section 3.4).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "engine/trace/packet.hpp"

namespace cord::engine::trace {

/// A TCP header; `payload` is a view of what it was parsed from.
struct TcpSegment {
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::uint32_t sequence = 0;
    bool syn = false;
    bool fin = false;
    bool rst = false;
    base::Bytes payload;

    [[nodiscard]] static std::optional<TcpSegment> parse(base::Bytes b);
};

/// Give it segments as they were captured, then take bytes in order until there are none. What is missing is
/// waited for a while: the capture may have it later. Then it is passed over, and the gap told.
class TcpDirection {
  public:
    struct Chunk {
        base::Bytes data;
        bool after_gap = false;
    };

    /// Whether this SYN begins another connection than the one followed so far, rather than repeating its
    /// first.
    [[nodiscard]] bool starts_anew(const TcpSegment &syn) const;
    void push(const TcpSegment &segment, Stamp at);
    /// Valid until the next call.
    [[nodiscard]] std::optional<Chunk> next();
    /// The connection or the capture has ended: what is waited for will not come.
    void close() { closed_ = true; }
    [[nodiscard]] std::size_t gaps() const { return gaps_; }

  private:
    struct Waiting {
        Stamp since;
        std::vector<std::uint8_t> bytes;
    };

    void restart(std::uint32_t sequence);
    void hold(std::uint64_t position, base::Bytes payload, Stamp at);
    [[nodiscard]] bool overdue() const;

    bool started_ = false;
    std::uint32_t first_ = 0; // sequence number of the first byte
    bool closed_ = false;
    std::uint64_t next_ = 0; // sequence number wanted, counted on past 2^32
    base::Bytes ready_;
    bool ready_after_gap_ = false;
    Stamp now_{};
    std::map<std::uint64_t, Waiting> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::vector<std::uint8_t> current_;
    std::size_t gaps_ = 0;
};

} // namespace cord::engine::trace
