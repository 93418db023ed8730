// Plain HTTP for operators' tools, on a listener of its own: what it answers is decided elsewhere.
#pragma once

#include <functional>
#include <memory>

#include "io/http/message.hpp"
#include "io/net/loop.hpp"
#include "io/net/socket.hpp"

namespace cord::io::net {

class HttpServer {
  public:
    using Answer = std::function<http::Response(const http::Request &)>;
    struct Options {
        std::size_t body = std::size_t{1} << 20; ///< Bytes of a request's; a longer one is answered 413.
        std::size_t connections = 64;            ///< Others are closed as they come.
        base::Duration patience =
            std::chrono::seconds(30); ///< For a whole request, or the next of a connection.
    };

    /// Serves on the loop's thread. `answer` is called from the loop and does not block.
    [[nodiscard]] static base::Result<HttpServer, SystemError> listen(Loop &loop, const base::Endpoint &at,
                                                                      Answer answer, const Options &options);
    ~HttpServer();
    HttpServer(HttpServer &&) noexcept;
    HttpServer &operator=(HttpServer &&) noexcept;

    /// With the port really bound.
    [[nodiscard]] base::Endpoint local() const;

  private:
    struct Parts;
    explicit HttpServer(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::io::net
