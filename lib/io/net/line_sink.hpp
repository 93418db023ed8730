// Where a daemon's NDJSON goes (--trace, --events): a file or stdout, written by a thread of its own, so that
// a slow reader or disk never delays a call. Lines that do not fit in the queue, or cannot be written, are
// dropped and counted in the stream itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cord::io::net {

class LineSink {
  public:
    /// `-` is stdout; a file is made with mode 0600 and appended to; `node` stands in the lines about dropped
    /// ones. Fails with the system's words. What cannot be written later is logged once, and tried again each
    /// second.
    [[nodiscard]] static base::Result<LineSink, std::string>
    open(const std::string &destination, std::string node, std::size_t queue_bytes = 4u << 20);
    LineSink(LineSink &&) noexcept;
    LineSink &operator=(LineSink &&) noexcept;
    /// Tries to write what is still queued; a reader that takes nothing is given up after a second.
    ~LineSink();

    /// `line` without its newline. Never waits.
    void write(std::string_view line);
    /// How many lines were dropped so far.
    [[nodiscard]] std::uint64_t dropped() const;

  private:
    struct State;
    explicit LineSink(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

} // namespace cord::io::net
