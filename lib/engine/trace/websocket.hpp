// WebSocket frames (RFC 6455 section 5.2) as a passive reader sees them: either direction, masked or not,
// fragmented, control frames in between, compressed or not (RFC 7692).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cord::engine::trace {

/// Where a frame's parts lie.
struct WebSocketFrame {
    std::size_t header = 0;
    std::size_t payload = 0; ///< Its length.
    bool fin = false;
    bool compressed = false; ///< RSV1.
    std::uint8_t opcode = 0;
    bool masked = false;
    std::uint8_t key[4] = {};

    [[nodiscard]] bool is_control() const { return (opcode & 8) != 0; }
    [[nodiscard]] std::size_t size() const { return header + payload; }

    /// Reads a frame header. Nothing while it has not all come.
    enum class Verdict { complete, partial, none };
    [[nodiscard]] Verdict parse(std::string_view front);
    /// RFC 6455 section 5.3.
    void unmask(std::string &payload) const;
};

/// What became of frames.
struct WebSocketCounts {
    std::uint64_t messages = 0; ///< Text or binary, whole.
    std::uint64_t control = 0;  ///< Pings, pongs, closes.
    std::uint64_t orphans = 0;  ///< Continuations of what was not captured.
    std::uint64_t damaged = 0;  ///< Longer than any, or compressed and not to be inflated: a gap, mostly.

    WebSocketCounts &operator+=(const WebSocketCounts &other) {
        messages += other.messages;
        control += other.control;
        orphans += other.orphans;
        damaged += other.damaged;
        return *this;
    }
};

/// Joins frames to messages. A message that grows past limits::trace_message is dropped.
class WebSocketMessages {
  public:
    WebSocketMessages();
    ~WebSocketMessages();
    WebSocketMessages(WebSocketMessages &&) noexcept;
    WebSocketMessages &operator=(WebSocketMessages &&) noexcept;

    /// Takes a whole frame with its payload as it came; gives the message that it completes, valid until the
    /// next call.
    [[nodiscard]] std::optional<std::string_view> add(const WebSocketFrame &frame, std::string_view payload);
    /// Bytes were lost: what was begun is void.
    void reset();
    [[nodiscard]] const WebSocketCounts &counts() const { return counts_; }

  private:
    class Inflater;

    [[nodiscard]] std::optional<std::string_view> finished();

    std::string message_;
    std::string piece_;
    bool open_ = false;
    bool compressed_ = false;
    bool too_long_ = false;
    std::unique_ptr<Inflater> inflater_;
    WebSocketCounts counts_;
};

} // namespace cord::engine::trace
