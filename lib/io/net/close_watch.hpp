// The Close frame of a WebSocket client, judged where Beast is too lenient or calls the fault by another
// name.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"

namespace cord::io::net {

/// Follows the frames of RFC 6455 section 5.2 as far as their lengths, until a Close; then it has the code
/// that this one is to be answered with.
class CloseWatch {
  public:
    /// From here on frames come.
    void start() { watching_ = true; }
    /// What the client sent, in pieces of any size.
    void heard(base::Bytes bytes);
    /// What is to be sent in place of `bytes`: they themselves, unless they are the Close that answers a
    /// wrong one. Valid until the next call.
    [[nodiscard]] base::Bytes said(base::Bytes bytes);

  private:
    [[nodiscard]] std::size_t head_size() const;
    [[nodiscard]] std::uint64_t payload_size() const;
    void judge();

    bool watching_ = false;
    std::string frame_;              ///< A head, of a Close with its payload; as far as it came.
    std::uint64_t payload_left_ = 0; ///< Of another frame: to be passed over.
    std::uint16_t code_ = 0;
    std::array<std::uint8_t, 4> answer_{};
};

} // namespace cord::io::net
