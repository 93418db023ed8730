// RTP in pipes and files: RFC 4571 framing after an optional `#!rtp PT=CODEC…` line, and rtpdump. Readers
// take bytes as they come, in pieces of any size, and keep no more than one packet.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "wire/rtp/codec_spec.hpp"
#include "wire/rtp/packet.hpp"

namespace cord::wire::rtp {

enum class Format { framed, rtpdump };

/// The longest first line of either format.
inline constexpr std::size_t max_stream_line = 4096;

/// One packet of a stream; `bytes` are valid until the next `feed`.
struct StreamItem {
    base::Bytes bytes;
    Kind kind = Kind::other; // other: framed, but neither RTP nor RTCP by its first bytes
    /// Since the recording began; rtpdump only.
    std::optional<std::chrono::milliseconds> arrival;
};

/// Reads either format, told by the first bytes unless one is forced.
class StreamReader {
  public:
    explicit StreamReader(std::optional<Format> forced = {}) : format_(forced) {}

    void feed(base::Bytes bytes);
    /// No more will come: what is left over is now an error and no longer "not yet".
    void finish() { finished_ = true; }
    /// The next packet; nothing while more bytes are needed or after the end. An error is final: framing is
    /// lost.
    [[nodiscard]] base::Result<std::optional<StreamItem>> next();

    /// Known once the first packet has been read.
    [[nodiscard]] std::optional<Format> format() const { return format_; }
    /// The payload types that a `#!rtp` line names.
    [[nodiscard]] const PayloadMap &announced() const { return announced_; }

  private:
    enum class State { first_line, records };

    [[nodiscard]] base::Bytes left() const { return base::Bytes(buffer_).subspan(at_); }
    [[nodiscard]] base::Result<bool> read_opening();
    [[nodiscard]] base::Result<bool> read_announcement();
    [[nodiscard]] base::Result<bool> read_rtpdump_header();
    [[nodiscard]] base::Result<std::optional<StreamItem>> next_frame();
    [[nodiscard]] base::Result<std::optional<StreamItem>> next_record();
    [[nodiscard]] base::Result<std::optional<StreamItem>> wait(const char *unless_finished);
    [[nodiscard]] base::Result<bool> wait_line(const char *unless_finished);
    [[nodiscard]] tl::unexpected<base::Error> fail(const char *reason) const {
        return base::fail(reason, consumed_ + at_);
    }

    std::optional<Format> format_;
    PayloadMap announced_;
    std::vector<std::uint8_t> buffer_;
    std::size_t at_ = 0;       // of the first byte not read yet
    std::size_t consumed_ = 0; // bytes of the stream before the buffer
    State state_ = State::first_line;
    bool finished_ = false;
};

/// Appends the `#!rtp` line, newline included.
void append_announcement(std::vector<std::uint8_t> &out, const PayloadMap &map);
/// Appends one RFC 4571 frame; `packet` is at most 65,535 bytes, as any datagram is.
void append_frame(std::vector<std::uint8_t> &out, base::Bytes packet);

void append_rtpdump_header(std::vector<std::uint8_t> &out, base::UnixTime start,
                           const base::Endpoint &source);
void append_rtpdump_record(std::vector<std::uint8_t> &out, base::Bytes packet,
                           std::chrono::milliseconds since_start);

} // namespace cord::wire::rtp
