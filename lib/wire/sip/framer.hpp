// Cuts a TCP or TLS stream into messages (RFC 3261 section 18.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "wire/sip/message.hpp"

namespace cord::wire::sip {

/// RFC 5626 section 3.5.1: the double CRLF that asks for a single one.
struct Ping {};

/// The stream cannot be cut any further: answer, when there is a request to answer, then close the
/// connection.
struct FrameError {
    Fault fault;
    std::optional<Message> request; ///< As far as it was read.
};

using Frame = std::variant<Message, Ping, FrameError>;

/// Give it bytes as they come, then take frames until there are none. Holds what is not yet a message, and
/// nothing more; it never grows past limits::sip_message and what one push brought.
class StreamFramer {
  public:
    void push(std::string_view bytes);
    /// The next frame, or nothing until more bytes come. After a FrameError there are none.
    [[nodiscard]] std::optional<Frame> next();
    [[nodiscard]] bool broken() const { return broken_; }
    /// Bytes kept for a message that has begun: a connection that holds some too long is stuck.
    [[nodiscard]] std::size_t pending() const { return buffer_.size() - at_; }

  private:
    [[nodiscard]] std::optional<Frame> between_messages();
    [[nodiscard]] std::optional<Frame> message();
    [[nodiscard]] Frame fail(Fault fault);
    void consume(std::size_t n);

    std::string buffer_;
    std::size_t at_ = 0;       // where the next message begins
    std::size_t searched_ = 0; // how far its head's end was looked for in vain
    std::size_t needed_ = 0;   // its whole size, once known
    bool broken_ = false;
};

} // namespace cord::wire::sip
