// Where ng commands come from: UDP, TCP, HTTP, Unix sockets of both kinds, stdin and stdout.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "io/net/loop.hpp"

namespace cord::tools::rtc_breaker {

/// Takes one message, and may answer it then or later. `sender` is where a datagram came from, empty for what
/// came over a stream.
using OnMessage = std::function<void(std::string_view message, std::string_view sender,
                                     std::function<void(std::string)> answer)>;

/// Stands as long as this does; sockets in the file system go with it.
class Listener {
  public:
    virtual ~Listener() = default;
    /// The endpoint with what was really bound, for the ready line: "udp:127.0.0.1:2223".
    [[nodiscard]] virtual std::string name() const = 0;
};

/// Why a listener could not be made, and whether that was a fault of the endpoint as written (wrong_usage) or
/// of the system.
struct ListenError {
    int exit_code = 0;
    std::string text;
};

/// `udp:HOST:PORT`, `tcp:HOST:PORT`, `http:HOST:PORT`, `unix:PATH`, `unixgram:PATH`, or `-`. `on_end` is
/// called when stdin ends.
[[nodiscard]] base::Result<std::unique_ptr<Listener>, ListenError>
listen(io::net::Loop &loop, std::string_view endpoint, OnMessage on_message, std::function<void()> on_end);

} // namespace cord::tools::rtc_breaker
