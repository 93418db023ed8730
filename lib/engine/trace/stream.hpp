// SIP messages out of one direction of a TCP connection: bare, or in WebSocket frames. Which of the two, and
// whether either, is told by the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "engine/trace/packet.hpp"
#include "engine/trace/websocket.hpp"

namespace cord::engine::trace {

/// What is spoken on a stream, as far as it was seen.
enum class Speech : std::uint8_t { nothing, sip, websocket, other };
inline constexpr std::size_t speeches = 4;

class SipStream {
  public:
    /// Bytes in order. After a gap, what was begun is given up and the next message looked for.
    void push(base::Bytes data, bool after_gap);
    /// The next whole message, valid until the next call; nothing until more bytes come.
    [[nodiscard]] std::optional<std::string_view> next();

    [[nodiscard]] Transport transport() const { return transport_; }
    /// Something else is spoken here (TLS, HTTP, …): nothing more is kept of it.
    [[nodiscard]] bool ignored() const { return state_ == State::ignored; }
    [[nodiscard]] Speech speech() const { return speech_; }
    [[nodiscard]] const WebSocketCounts &websocket_counts() const { return messages_.counts(); }

  private:
    enum class State { text, websocket, ignored };
    enum class Upgrade { no, perhaps, yes };

    [[nodiscard]] std::string_view rest() const { return std::string_view(buffer_).substr(at_); }
    [[nodiscard]] std::optional<std::string_view> next_frame();
    [[nodiscard]] Upgrade upgrades();
    [[nodiscard]] bool measure();
    void pass_over_line();
    void resync();
    void ignore();

    State state_ = State::text;
    Speech speech_ = Speech::nothing;
    Transport transport_ = Transport::tcp;
    std::string buffer_;
    std::size_t at_ = 0;
    std::size_t needed_ = 0;   // size of the message that has begun, once known
    std::size_t searched_ = 0; // how far its head's end was looked for
    std::size_t foreign_ = 0;  // bytes passed over since the last message
    WebSocketMessages messages_;
};

} // namespace cord::engine::trace
