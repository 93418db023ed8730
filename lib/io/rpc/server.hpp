// A control socket: JSON-RPC 2.0, one object a line, on a Unix socket that only its owner can open.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "io/net/loop.hpp"
#include "io/rpc/methods.hpp"

namespace cord::io::rpc {

/// The octal mode of a socket; nothing when it is none.
[[nodiscard]] std::optional<mode_t> read_mode(const std::string &text);

class Server {
  public:
    struct Options {
        mode_t mode = 0600;
        std::string group; ///< A name or a number; empty: the process's own.
    };

    /// Serves on the loop's thread; `methods` outlives it. A socket that a dead process left is replaced. The
    /// error is a whole sentence.
    [[nodiscard]] static base::Result<Server, std::string>
    listen(net::Loop &loop, const Methods &methods, const std::string &path, const Options &options);
    /// Closes all connections and removes the socket.
    ~Server();
    Server(Server &&) noexcept;
    Server &operator=(Server &&) noexcept;

    /// A longer request is refused and its connection closed, bytes.
    static constexpr std::size_t line_limit = 1 << 20;
    static constexpr std::size_t connection_limit = 64;

  private:
    struct Parts;
    explicit Server(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::io::rpc
