// The way to one breaker: a Unix socket, datagrams, or a child's standard streams.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "io/net/fd.hpp"
#include "io/net/lookup.hpp"
#include "io/net/loop.hpp"
#include "io/net/write_queue.hpp"
#include "io/process/child.hpp"

namespace cord::io::net {

/// Where a breaker listens: `unix:PATH`, `udp:HOST:PORT` or `exec:COMMAND` (a child that speaks ng on stdin
/// and stdout).
struct NgEndpoint {
    enum class Kind { unix_stream, udp, exec };
    Kind kind = Kind::unix_stream;
    std::string address; ///< The path, HOST:PORT, or the shell command.

    [[nodiscard]] static base::Result<NgEndpoint, std::string> parse(std::string_view text);
};

class NgConnection {
  public:
    /// Both are called from the loop, `lost` from within `send` too. It is closed then, and can be opened
    /// again.
    struct Calls {
        std::function<void(std::string_view reply)> reply; ///< COOKIE SP DICTIONARY
        std::function<void(const std::string &why)> lost;
    };
    NgConnection(Loop &loop, NgEndpoint endpoint, Calls calls);

    [[nodiscard]] const NgEndpoint &endpoint() const { return endpoint_; }
    /// Whether what is sent may get lost, so that it is worth sending again.
    [[nodiscard]] bool datagrams() const { return endpoint_.kind == NgEndpoint::Kind::udp; }

    /// Nothing happens when it is open. The error says why it cannot be.
    [[nodiscard]] base::Result<void, std::string> open();
    /// To an open connection. A datagram is dropped while its receiver's name is looked up.
    void send(std::string_view message);
    void close();

  private:
    [[nodiscard]] base::Result<void, std::string> open_datagrams();
    [[nodiscard]] base::Result<void, std::string> connect_datagrams(const base::Endpoint &to);
    void watch();
    void flush();
    void read();
    [[nodiscard]] bool take(std::string_view got);
    [[nodiscard]] bool cut();
    void lose(const std::string &why);
    [[nodiscard]] int fd() const { return child_ ? child_->fd() : fd_.get(); }

    Loop &loop_;
    NgEndpoint endpoint_;
    Calls calls_;
    Fd fd_;
    std::optional<process::Child> child_;
    std::optional<Lookup> lookup_;
    std::optional<Watch> watch_; // before the descriptor closes
    std::string in_;
    WriteQueue out_;
    bool writing_ = false;
    std::uint64_t openings_ = 0; // a reply may close this and open it again: what reads sees it here
};

} // namespace cord::io::net
