// JSON values cut out of a stream that has nothing between them, as scripts write them into a FIFO: on one
// line or on many, with or without a line end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cord::io::rpc {

class JsonCutter {
  public:
    explicit JsonCutter(std::size_t limit) : limit_(limit) {}

    void feed(std::string_view bytes) { in_ += bytes; }
    /// The next whole object or array. What stands before its bracket is dropped, and all of one that grows
    /// beyond the limit.
    [[nodiscard]] std::optional<std::string> next();
    /// Whether a value is under way.
    [[nodiscard]] bool partial() const { return !in_.empty(); }
    /// Its writer is gone: what comes next is another's.
    void drop();

  private:
    const std::size_t limit_;
    std::string in_;
    std::size_t at_ = 0; ///< Looked at up to here.
    int depth_ = 0;
    bool in_string_ = false, escaped_ = false;
};

} // namespace cord::io::rpc
