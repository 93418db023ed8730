// Bytes on their way to a pipe or socket that takes them when it can.
#pragma once

#include <string>
#include <string_view>

namespace cord::io::net {

/// Its owner waits (Watch::when_writable) while it is not empty after a `flush`, and limits its size.
class WriteQueue {
  public:
    void push(std::string_view bytes) { bytes_ += bytes; }
    /// Writes what `fd`, non-blocking, takes now. False: nobody reads there any more, and errno says why.
    [[nodiscard]] bool flush(int fd);
    [[nodiscard]] bool empty() const { return written_ == bytes_.size(); }
    [[nodiscard]] std::size_t size() const { return bytes_.size() - written_; }
    void clear();

  private:
    std::string bytes_;
    std::size_t written_ = 0; // of these
};

} // namespace cord::io::net
