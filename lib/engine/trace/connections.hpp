// The TCP connections of a trace, each direction for itself: segments in, SIP messages out.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/trace/packet.hpp"
#include "engine/trace/stream.hpp"
#include "engine/trace/tcp.hpp"
#include "engine/trace/tls/session.hpp"

namespace cord::engine::trace {

/// What became of the connections' directions.
struct ConnectionCounts {
    std::array<std::uint64_t, speeches> speak{}; ///< By Speech, of those that have ended.
    std::uint64_t gaps = 0;                      ///< Places where the capture lacks segments.
    std::uint64_t given_up = 0;                  ///< Still open when there were too many.
    WebSocketCounts websocket;
    /// TLS connections: version and cipher suite, and what became of them.
    std::map<std::pair<std::string, std::string_view>, std::uint64_t> tls;
};

class Connections {
  public:
    struct Message {
        Way way;
        Transport transport;
        std::string text;
    };
    /// Takes a TCP segment between these hosts (their ports are read here); gives the messages that are whole
    /// now, valid until the next call.
    [[nodiscard]] std::span<const Message> add(const Way &hosts, base::Bytes segment, Stamp at);
    /// At the end: what was held back, waiting for a segment that will not come.
    [[nodiscard]] std::span<const Message> finish();

    /// Lines of a key log (SSLKEYLOGFILE): wanted before the connections that they open.
    void add_secrets(std::string_view lines) { secrets_->add(lines); }
    [[nodiscard]] const ConnectionCounts &counts() const { return counts_; }

  private:
    struct Direction {
        Way way;
        TcpDirection tcp;
        SipStream sip; // of what TLS carries, if there is TLS
        bool begun = false;
        std::shared_ptr<tls::Session> tls; // both directions have one
        tls::Side side = tls::Side::client;
    };
    using Directions = std::list<Direction>; // the one used last in front

    [[nodiscard]] Direction &direction(const Way &way);
    [[nodiscard]] Direction *other_direction(const Direction &direction);
    void begin(Direction &direction, base::Bytes front);
    void drain(Direction &direction);
    void decrypted(Direction &direction);
    void spoken(Direction &direction, base::Bytes data, bool after_gap);
    void count(const Direction &direction);
    void forget(Directions::iterator direction);

    Directions directions_;
    std::unordered_map<Way, Directions::iterator, WayHash> by_way_;
    std::shared_ptr<tls::KeyLog> secrets_ = std::make_shared<tls::KeyLog>();
    std::vector<Message> found_;
    ConnectionCounts counts_;
};

} // namespace cord::engine::trace
